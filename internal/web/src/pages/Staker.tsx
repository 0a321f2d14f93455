// A staker: what it has in vaults, what frees when, what it earned; and with a wallet, its transactions.
import { type S, useGet } from "../api";
import { currentSet, go, href } from "../router";
import { useWallet } from "../wallet";
import { AccountForm } from "../parts/AccountForm";
import { Account, Amount, Figure, Panel } from "../parts/Bits";
import { Positions } from "../parts/Positions";
import { DepositForm } from "../parts/StakerForms";
import { Show } from "../parts/States";
import { StakerRewards } from "../parts/StakerRewards";
import { ChainGuard } from "../parts/WalletMenu";

export function StakerPage(p: { account: string | undefined }) {
  const { connected } = useWallet();
  const account = p.account ?? connected?.account;
  const mine = connected !== null && account?.toLowerCase() === connected.account.toLowerCase();
  return (
    <>
      <h1>Staker</h1>
      <ChainGuard />
      <Panel title={mine ? "Your account" : "Account"}>
        {account ? (
          <p class="address">
            <Account of={account} whole />
          </p>
        ) : (
          <p class="lead">Connect a wallet to stake, or enter an address to look only.</p>
        )}
        <AccountForm value={p.account ?? ""} onAccount={(a) => go("staker", a)} id="staker-account" action="Look" />
        {p.account && connected && !mine && (
          <p>
            You look at another account than your wallet's. <a href={href("staker")}>Show mine</a>
          </p>
        )}
      </Panel>
      {account && <Body key={account} account={account} mine={mine} />}
    </>
  );
}

function Body(p: { account: string; mine: boolean }) {
  const set = currentSet();
  const got = useGet<S["Staker"]>(`/v1/sets/${set}/stakers/${p.account}`);
  return (
    <Show of={got} lines={12}>
      {(s) => (
        <>
          <div class="figures">
            <Figure name="In the wallet">
              <span data-testid="staker-wallet">
                <Amount of={s.wallet} />
              </span>
            </Figure>
            <Figure name="Vaults">{s.positions.length}</Figure>
            <Figure name="Rewards left to claim">
              <Amount of={s.rewards.reduce((sum, l) => sum + BigInt(l.left), 0n)} />
            </Figure>
          </div>
          <Positions of={s} mine={p.mine} />
          {p.mine && <DepositForm of={s} set={set} />}
          <StakerRewards of={s} mine={p.mine} />
        </>
      )}
    </Show>
  );
}
