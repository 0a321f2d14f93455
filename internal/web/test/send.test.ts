import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hex, encodeErrorResult, parseAbi, toFunctionSelector } from "viem";
import * as abi from "../src/abi";
import { WVARA } from "../src/amount";
import * as calls from "../src/calls";
import { breakEven, explain, look, send } from "../src/send";
import { type Connected } from "../src/wallet";

const account = "0x801dd15e83115b6dc7bd616d21abe732240deec9";
const vault = "0xa291767504b1dc782a2d393fdc593aaa45f9540d";

type Answer = unknown;

/** A wallet that answers as it is told; a function throws. */
function wallet(answers: Record<string, Answer | (() => never)>): Connected {
  const request = ({ method }: { method: string }) => {
    const answer = answers[method];
    if (typeof answer === "function") {
      return Promise.reject(caught(answer as () => never));
    }
    return method in answers ? Promise.resolve(answer) : Promise.reject(Object.assign(new Error(`no ${method}`), { code: -32601 }));
  };
  const provider = { request } as unknown as Connected["wallet"]["provider"];
  return { wallet: { info: { uuid: "", name: "", icon: "", rdns: "" }, provider }, accounts: [account], account, chainId: 1337 };
}

function caught(f: () => never): unknown {
  try {
    return f();
  } catch (err) {
    return err;
  }
}

const fails = (code: number, message: string, data?: Hex) => () => {
  throw Object.assign(new Error(message), { code, data });
};

const withdraw = calls.withdraw(vault, account, 5n, WVARA);

async function why(answers: Record<string, Answer | (() => never)>): Promise<string> {
  try {
    await look(wallet(answers), withdraw);
  } catch (err) {
    return explain(err);
  }
  return "succeeds";
}

test("a revert is told by its error's name, its arguments, and what to do", async () => {
  const named = encodeErrorResult({ abi: abi.vault, errorName: "TooMuchWithdraw" });
  assert.equal(await why({ eth_call: fails(3, "execution reverted", named) }), "The contract refuses: TooMuchWithdraw(). That is more than the account has active in the vault.");
  const args = encodeErrorResult({ abi: abi.vault, errorName: "ERC20InsufficientBalance", args: [account, 3n, 5n] });
  assert.match(await why({ eth_call: fails(3, "execution reverted", args) }), /ERC20InsufficientBalance\(0x801dD15e83115b6DC7bd616D21ABE732240DEeC9, 3, 5\)\. The account has less/i);
  const text = encodeErrorResult({ abi: parseAbi(["error Error(string)"]), errorName: "Error", args: ["paused"] });
  assert.equal(await why({ eth_call: fails(3, "execution reverted: paused", text) }), "The contract refuses: paused.");
  const unknown = toFunctionSelector("SomethingElse()");
  assert.equal(await why({ eth_call: fails(3, "execution reverted", unknown) }), `The contract refuses with the error ${unknown}, which this page does not know.`);
  assert.equal(await why({ eth_call: fails(3, "execution reverted") }), "The contract refuses and says no reason.");
});

test("every refusal that the page knows has words", () => {
  for (const e of [...abi.erc20, ...abi.vault, ...abi.rewards]) {
    if (e.type === "error") {
      assert.match(explainName(e.name), /^The contract refuses: /);
    }
  }
});

function explainName(name: string): string {
  const list = [...abi.erc20, ...abi.vault, ...abi.rewards];
  assert.ok(list.some((e) => "name" in e && e.name === name) && abi.refusals[name], name);
  return `The contract refuses: ${abi.refusals[name]}`;
}

test("what the wallet says", async () => {
  const sent = async (f: () => never) => {
    try {
      await send(wallet({ eth_chainId: "0x539", eth_sendTransaction: f }), withdraw);
    } catch (err) {
      return explain(err);
    }
    return "sent";
  };
  assert.equal(await sent(fails(4001, "User rejected the request.")), "You refused in the wallet; nothing was sent.");
  assert.match(await sent(fails(-32000, "insufficient funds for gas * price + value")), /has not enough ETH for the gas/);
  assert.equal(explain(Object.assign(new Error("x"), { code: 4001 })), "You refused in the wallet; nothing was sent.");
  assert.match(explain(Object.assign(new Error("x"), { code: -32002 })), /already asks/);
});

test("what a call costs, and when a claim is worth it", async () => {
  const two = "0x" + "0".repeat(63) + "1" + "0".repeat(63) + "1";
  const answers = { eth_call: two, eth_estimateGas: "0x14b4b", eth_gasPrice: "0x3b9aca00", eth_getBalance: "0xde0b6b3a7640000" };
  const seen = await look(wallet(answers), withdraw);
  assert.equal(seen.gas, 84_811n);
  assert.equal(seen.fee, 84_811_000_000_000n);
  assert.equal(seen.data.slice(0, 10), toFunctionSelector("withdraw(address,uint256)"));
  assert.equal(await why({ ...answers, eth_getBalance: "0x1" }), "The account has 0.000000000000000001 ETH; the gas costs about 0.000084811 ETH. Send it some, or choose another account.");
  assert.match(await why({ ...answers, eth_estimateGas: fails(-32000, "gas required exceeds allowance (0)") }), /has not enough ETH for the gas/);
  assert.match(breakEven(84_811_000_000_000n, 66_000_000_000_000n), /more than 0\.000001285015151516 ETH/);
  assert.equal(breakEven(1n, 0n), "It pays nothing.");
});
