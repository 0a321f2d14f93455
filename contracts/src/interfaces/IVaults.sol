// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title Vaults: what stands behind an operator
/// @notice A vault is enrolled once, for one set, by whoever answers for it; operators of that set link it. Sixteen
/// slots per operator and set, each a checkpointed vault address, so that reading a stake never costs more than
/// sixteen look-ups, whatever exists (protocol §3).
interface IVaults {
    /// @notice What the Middleware keeps of an enrolled vault; none of it can change in Symbiotic.
    struct Vault {
        address delegator;
        uint96 set;
        address collateral;
        address slasher;
        uint48 vetoDuration;
        uint48 epochDuration;
    }

    event VaultEnrolled(uint96 indexed set, address indexed vault, Vault details);
    event VaultLinked(uint96 indexed set, address indexed operator, address indexed vault, uint256 slot);
    event VaultUnlinked(uint96 indexed set, address indexed operator, address indexed vault, uint256 slot);

    error NotSymbioticVault(address vault);
    error VaultNotInitialized(address vault);
    error VaultVersionNotAccepted(address vault, uint256 version);
    error DelegatorTypeNotAccepted(address vault, uint256 delegatorType);
    error SlasherTypeNotAccepted(address vault, uint256 slasherType);
    /// @notice Nobody could ever be slashed: the vault has no slasher.
    error VaultWithoutSlasher(address vault);
    error VetoTooShort(address vault, uint256 have, uint256 need);
    error EpochTooShort(address vault, uint256 have, uint256 need);
    error EpochTooLong(address vault, uint256 have, uint256 most);
    error BurnerHookNotAccepted(address vault);
    error BurnerNotAccepted(address vault, address burner, address accepted);
    error CollateralNotAccepted(address vault, address collateral);
    /// @notice The delegator serves another network (type 3).
    error DelegatorOfAnotherNetwork(address vault, address network);
    /// @notice The caller does not answer for the vault: see `enrollVault`.
    error NotInChargeOfVault(address vault, address caller);
    error VaultAlreadyEnrolled(address vault, uint96 set);
    error VaultNotEnrolled(address vault);
    error VaultBacksAnotherSet(address vault, uint96 set);
    /// @notice The vault's delegator serves one operator, and it is another (types 2 and 3).
    error VaultOfAnotherOperator(address vault, address operator);
    error VaultAlreadyLinked(address vault, uint256 slot);
    error VaultNotLinked(address vault);
    error TooManyVaults(uint256 most);
    /// @notice Too little gas to read a stake safely: a starved read would count as zero.
    error NotEnoughGas(uint256 have, uint256 need);
    /// @notice Stake is final only strictly before the block's own timestamp.
    error NotInThePast(uint256 t, uint256 nowTime);

    /// @notice Says that a vault backs `set`, and only that one, for good. The caller must answer for the vault: hold
    /// its delegator's NETWORK_LIMIT_SET_ROLE, or, for delegator types 2 and 3, be its `operator()`. Checks the vault
    /// (protocol §3) and gives `maxNetworkLimit` and the resolver to that subnetwork.
    function enrollVault(uint96 set, address vault) external;
    /// @notice Puts a vault into a free slot of the caller; enrolls it first when the caller answers for it. Counts
    /// from the next second.
    function linkVault(uint96 set, address vault) external;
    /// @notice Takes a vault out of its slot from the next second on. Its past, and what can be slashed for it, stay.
    function unlinkVault(uint96 set, address vault) external;

    function vaultDetails(address vault) external view returns (Vault memory);
    /// @notice The vaults that stood in the operator's slots at `t`; zero for an empty slot.
    function linksAt(uint96 set, address operator, uint48 t) external view returns (address[] memory vaults);
    /// @notice Whether `vault` stood in a slot of the operator at `t`.
    function countedAt(uint96 set, address operator, address vault, uint48 t) external view returns (bool);
    /// @notice Sum over linked vaults of min(maxVaultStake, floor(weight * stake / 1e18)), in wVARA base units. A vault
    /// whose read reverts counts 0. `t` must lie before the block's timestamp.
    function stakeAt(uint96 set, address operator, uint48 t) external view returns (uint256);
    /// @notice min(stakeAt, maxStake); 0 when not eligible or below minStake at `t`.
    function weightAt(uint96 set, address operator, uint48 t) external view returns (uint256);
    /// @notice `stakeAt`'s formula over the vaults that counted at `t` with min(slashableStake(t), totalStake()) in
    /// place of the stake: what can still be taken. A vault whose read reverts makes the call revert.
    function slashableAt(uint96 set, address operator, uint48 t) external view returns (uint256);
    /// @notice The operator's stake at `t` vault by vault: what Symbiotic says (collateral base units), whether it
    /// could be read, and what counts of it (wVARA base units).
    function stakesAt(uint96 set, address operator, uint48 t)
        external
        view
        returns (address[] memory vaults, uint256[] memory stakes, bool[] memory readable, uint256[] memory counted);
    /// @notice The identifier Symbiotic knows a set by: the network's address in the high 160 bits, the set below.
    function subnetwork(uint96 set) external view returns (bytes32);
}
