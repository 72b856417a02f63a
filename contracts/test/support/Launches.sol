// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Launch} from "../../src/Launch.sol";
import {Terms} from "../../src/ILaunch.sol";
import {Base} from "./Vm.sol";

/// Where every launch under test comes from. `tools/mutate.mjs` puts other code in its place, in a file that LAUNCH_CODE
/// names, without compiling the tests again.
abstract contract Launches is Base {
    function launchCode() internal view returns (bytes memory) {
        string memory file = vm.envOr("LAUNCH_CODE", string(""));
        return bytes(file).length == 0 ? type(Launch).creationCode : vm.parseBytes(vm.readFile(file));
    }

    function deploy(Terms memory terms) internal returns (Launch deployed) {
        bytes memory code = bytes.concat(launchCode(), abi.encode(terms));
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
            if iszero(deployed) {
                returndatacopy(code, 0, returndatasize())
                revert(code, returndatasize())
            }
        }
    }
}
