// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Clock} from "./Clock.sol";
import {IMiddleware} from "./interfaces/IMiddleware.sol";
import {SetParameters} from "./interfaces/IParameters.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {IRouter} from "./interfaces/IRouter.sol";
import {Times} from "./interfaces/Times.sol";
import {TimesCheck} from "./libraries/TimesCheck.sol";
import {Parameters} from "./middleware/Parameters.sol";
import {Stakes} from "./middleware/Stakes.sol";
import {Vaults} from "./middleware/Vaults.sol";
import {IDefaultOperatorRewards} from "./symbiotic/IDefaultOperatorRewards.sol";
import {IDefaultOperatorRewardsFactory} from "./symbiotic/IDefaultOperatorRewardsFactory.sol";
import {INetworkMiddlewareService} from "./symbiotic/INetworkMiddlewareService.sol";
import {INetworkRegistry} from "./symbiotic/INetworkRegistry.sol";
import {IVetoSlasher} from "./symbiotic/IVetoSlasher.sol";

/// @title Middleware
/// @notice See IMiddleware, and IParameters and IVaults for its parts.
contract Middleware is Stakes, IMiddleware {
    using SafeERC20 for IERC20;

    /// @notice Symbiotic's contracts on this chain.
    struct Symbiotic {
        address networkRegistry;
        address middlewareService;
        address vaultFactory;
        address operatorRewardsFactory;
    }

    /// @notice Roster's other contracts, by the addresses they will have.
    struct Parts {
        address token;
        address router;
        address operators;
        address rewards;
        address offences;
    }

    /// @notice Who may do what, for good (the owner may hand its part over in two steps).
    struct Roles {
        address owner;
        address resolver;
        address judge;
        address burner;
    }

    uint256 private constant BPS = 10_000;

    address public immutable token;
    address public immutable router;
    address public immutable rewards;
    address public immutable offences;
    address public immutable judge;
    IDefaultOperatorRewardsFactory private immutable REWARDS_FACTORY;

    struct RewardContracts {
        address operators;
        address stakers;
    }

    mapping(uint96 set => RewardContracts) public rewardContracts;

    constructor(Times memory t, Symbiotic memory s, Parts memory p, Roles memory r)
        Clock(TimesCheck.check(t))
        Parameters(r.owner, p.token)
        Vaults(s.vaultFactory, p.operators, r.burner, r.resolver)
    {
        if (p.router == address(0)) revert ZeroAddress("Router");
        if (p.rewards == address(0)) revert ZeroAddress("Rewards");
        if (p.offences == address(0)) revert ZeroAddress("Offences");
        if (r.judge == address(0)) revert ZeroAddress("judge");
        (token, router, rewards, offences, judge) = (p.token, p.router, p.rewards, p.offences, r.judge);
        REWARDS_FACTORY = IDefaultOperatorRewardsFactory(s.operatorRewardsFactory);
        INetworkRegistry(s.networkRegistry).registerNetwork();
        INetworkMiddlewareService(s.middlewareService).setMiddleware(address(this));
    }

    function createSet(SetParameters calldata parameters, uint64 startNumber, bytes32 startHash)
        external
        onlyOwner
        nonReentrant
        returns (uint96 set)
    {
        set = setCount++;
        _setParameters(set, parameters, uint48(block.timestamp + 1));
        // Two instances: a claim checks only proof and sender, and one tree cannot hold an account twice.
        address forOperators = REWARDS_FACTORY.create();
        address forStakers = REWARDS_FACTORY.create();
        rewardContracts[set] = RewardContracts(forOperators, forStakers);
        // They pull what `distribute` pays them, from this contract alone, which holds nothing in between.
        IERC20(token).forceApprove(forOperators, type(uint256).max);
        IERC20(token).forceApprove(forStakers, type(uint256).max);
        emit SetCreated(set, forOperators, forStakers, parameters);
        IRouter(router).openSet(set, startNumber, startHash);
        IRewards(rewards).openSet(set);
    }

    function owner() public view override(Ownable, IMiddleware) returns (address) {
        return super.owner();
    }

    function requestSlash(uint96 set, address operator, address vault, uint48 capture, uint16 bps)
        external
        nonReentrant
        returns (uint256 index, uint256 amount)
    {
        if (msg.sender != offences) revert OnlyOffences(msg.sender);
        if (!countedAt(set, operator, vault, capture)) revert VaultDidNotCount(vault, operator, capture);
        (uint256 stake,) = _read(vault, subnetwork(set), operator, capture);
        amount = Math.mulDiv(stake, bps, BPS);
        index = IVetoSlasher(_vaults[vault].slasher).requestSlash(subnetwork(set), operator, amount, capture, "");
    }

    function executeSlash(address vault, uint256 index) external nonReentrant returns (uint256 taken) {
        if (msg.sender != offences) revert OnlyOffences(msg.sender);
        IERC20 collateral = IERC20(_vaults[vault].collateral);
        uint256 before = collateral.balanceOf(BURNER);
        taken = IVetoSlasher(_vaults[vault].slasher).executeSlash(index, "");
        // The slasher's figure can exceed what the vault still had (Symbiotic's cross-slashing).
        taken = Math.min(taken, Math.saturatingSub(collateral.balanceOf(BURNER), before));
    }

    function distribute(
        uint96 set,
        uint256 operatorsAmount,
        bytes32 operatorsRoot,
        uint256 stakersAmount,
        bytes32 stakersRoot
    ) external nonReentrant {
        if (msg.sender != rewards) revert OnlyRewards(msg.sender);
        RewardContracts memory c = rewardContracts[set];
        IDefaultOperatorRewards(c.operators).distributeRewards(address(this), token, operatorsAmount, operatorsRoot);
        IDefaultOperatorRewards(c.stakers).distributeRewards(address(this), token, stakersAmount, stakersRoot);
    }

    function operators() external view returns (address) {
        return address(OPERATORS);
    }

    function times() external view returns (Times memory) {
        return Times(
            GENESIS,
            ERA_DURATION,
            ELECTION_LEAD,
            SET_LIFETIME,
            FINALITY_LAG,
            INCLUSION_MARGIN,
            CHALLENGE_WINDOW,
            DETECTION_WINDOW,
            REQUEST_WINDOW,
            EXECUTION_WINDOW,
            SIGNERS_WINDOW,
            REWARD_DELAY,
            MIN_VETO,
            MAX_VAULT_EPOCH,
            NOTICE
        );
    }
}
