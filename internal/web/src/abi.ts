// The few functions that a staker calls, and the errors with which they refuse. Written after Symbiotic's IVault and
// IDefaultOperatorRewards and OpenZeppelin's ERC-20.
import { parseAbi } from "viem";

export const erc20 = parseAbi([
  "function approve(address spender, uint256 amount) returns (bool)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function balanceOf(address account) view returns (uint256)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
]);

export const vault = parseAbi([
  "function deposit(address onBehalfOf, uint256 amount) returns (uint256 depositedAmount, uint256 mintedShares)",
  "function withdraw(address claimer, uint256 amount) returns (uint256 burnedShares, uint256 mintedShares)",
  "function claim(address recipient, uint256 epoch) returns (uint256 amount)",
  "error AlreadyClaimed()",
  "error DepositLimitReached()",
  "error InsufficientClaim()",
  "error InsufficientDeposit()",
  "error InsufficientWithdrawal()",
  "error InvalidClaimer()",
  "error InvalidEpoch()",
  "error InvalidOnBehalfOf()",
  "error InvalidRecipient()",
  "error NotWhitelistedDepositor()",
  "error TooMuchWithdraw()",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error SafeERC20FailedOperation(address token)",
]);

export const rewards = parseAbi([
  "function claimRewards(address recipient, address network, address token, uint256 totalClaimable, bytes32[] proof) returns (uint256 amount)",
  "function root(address network, address token) view returns (bytes32)",
  "error InsufficientBalance()",
  "error InsufficientTotalClaimable()",
  "error InsufficientTransfer()",
  "error InvalidProof()",
  "error RootNotSet()",
]);

/** What each refusal means, and what to do. */
export const refusals: Record<string, string> = {
  AlreadyClaimed: "This withdrawal was collected already.",
  DepositLimitReached: "The vault takes no more deposits: its limit is reached. Choose another vault or deposit less.",
  InsufficientClaim: "There is nothing to collect for this epoch.",
  InsufficientDeposit: "The vault received nothing: the amount is 0.",
  InsufficientWithdrawal: "The amount to withdraw is 0.",
  InvalidClaimer: "The account that is to collect is the zero address.",
  InvalidEpoch: "This withdrawal is not free yet: its epoch has not ended.",
  InvalidOnBehalfOf: "The account that is to own the deposit is the zero address.",
  InvalidRecipient: "The account that is to be paid is the zero address.",
  NotWhitelistedDepositor: "The vault takes deposits of chosen accounts only, and this is none of them. Ask its curator.",
  TooMuchWithdraw: "That is more than the account has active in the vault.",
  ERC20InsufficientBalance: "The account has less of the token than that.",
  ERC20InsufficientAllowance: "The vault may not take that much of the token: the approval is missing or too small.",
  SafeERC20FailedOperation: "The token refused the transfer.",
  InsufficientBalance: "The reward contract has not enough of the token. The node's checks say why.",
  InsufficientTotalClaimable: "Everything was claimed already.",
  InsufficientTransfer: "The reward contract received less than it was told.",
  InvalidProof: "The proof does not lead to the root on chain: a newer root was activated. Ask again and claim with the new proof.",
  RootNotSet: "No root was activated yet, so there is nothing to claim.",
};
