// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @notice forge's cheat codes, those that our tests use: https://getfoundry.sh/reference/cheatcodes/overview.
interface Vm {
    // Time, chain and callers
    function warp(uint256 timestamp) external;
    function roll(uint256 number) external;
    function chainId(uint256 id) external;
    function prevrandao(uint256 value) external;
    function prank(address sender) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function deal(address account, uint256 balance) external;
    function etch(address account, bytes calldata code) external;
    function mockCall(address callee, bytes calldata data, bytes calldata result) external;
    function mockCallRevert(address callee, bytes calldata data, bytes calldata result) external;
    function clearMockedCalls() external;
    function load(address account, bytes32 slot) external view returns (bytes32);
    function store(address account, bytes32 slot, bytes32 value) external;
    function addr(uint256 secret) external pure returns (address);
    function sign(uint256 secret, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function snapshotState() external returns (uint256 id);
    function revertToState(uint256 id) external returns (bool);

    // Expectations of the next call
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    /// @notice Compares only the selector, whatever the arguments.
    function expectPartialRevert(bytes4 selector) external;
    function expectEmit() external;
    function expectEmit(address emitter) external;
    function expectCall(address callee, bytes calldata data) external;
    function assume(bool condition) external pure;

    // Vectors
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonBool(string calldata json, string calldata key) external pure returns (bool);
    function parseJsonBoolArray(string calldata json, string calldata key) external pure returns (bool[] memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonUintArray(string calldata json, string calldata key) external pure returns (uint256[] memory);
    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);
    function parseJsonAddressArray(string calldata json, string calldata key)
        external
        pure
        returns (address[] memory);
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);
    function parseJsonStringArray(string calldata json, string calldata key) external pure returns (string[] memory);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonBytesArray(string calldata json, string calldata key) external pure returns (bytes[] memory);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function parseJsonBytes32Array(string calldata json, string calldata key)
        external
        pure
        returns (bytes32[] memory);

    // Text
    function toString(uint256 value) external pure returns (string memory);
    function toString(bytes32 value) external pure returns (string memory);
    function toString(address value) external pure returns (string memory);
    function toString(bytes calldata value) external pure returns (string memory);
}

/// @notice What every test stands on: the cheat codes, equality that says what it found, bounds for fuzzed numbers.
/// @dev npm's forge-std cannot be compiled (it lacks ds-test). A test fails by reverting.
abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice forge takes a contract with this for a test.
    bool public constant IS_TEST = true;

    /// @notice forge prints these with -vv.
    event log_named_uint(string what, uint256 value);
    event log_named_bytes32(string what, bytes32 value);
    event log_named_address(string what, address value);
    event log_named_string(string what, string value);

    error NotTrue(string what);
    error NotEqual(string what, string got, string want);

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert NotTrue(what);
    }

    function assertEq(uint256 got, uint256 want, string memory what) internal pure {
        if (got != want) revert NotEqual(what, vm.toString(got), vm.toString(want));
    }

    function assertEq(bytes32 got, bytes32 want, string memory what) internal pure {
        if (got != want) revert NotEqual(what, vm.toString(got), vm.toString(want));
    }

    function assertEq(address got, address want, string memory what) internal pure {
        if (got != want) revert NotEqual(what, vm.toString(got), vm.toString(want));
    }

    function assertEq(bool got, bool want, string memory what) internal pure {
        if (got != want) revert NotEqual(what, got ? "true" : "false", want ? "true" : "false");
    }

    function assertEq(bytes memory got, bytes memory want, string memory what) internal pure {
        if (keccak256(got) != keccak256(want)) revert NotEqual(what, vm.toString(got), vm.toString(want));
    }

    function assertEq(string memory got, string memory want, string memory what) internal pure {
        if (keccak256(bytes(got)) != keccak256(bytes(want))) revert NotEqual(what, got, want);
    }

    function assertLe(uint256 got, uint256 most, string memory what) internal pure {
        if (got > most) revert NotEqual(what, vm.toString(got), string.concat("at most ", vm.toString(most)));
    }

    /// @notice A fuzzed number brought into least … most, both included.
    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        uint256 width = most - least + 1;
        return width == 0 ? value : least + value % width;
    }
}
