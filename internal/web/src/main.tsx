// The dashboard: one page per noun, drawn when the document is there.
import { render } from "preact";
import { useEffect } from "preact/hooks";
import * as live from "./live";
import * as theme from "./theme";
import * as wallet from "./wallet";
import { Shell, pages } from "./parts/Shell";
import { href, useRoute } from "./router";
import { ElectionPage } from "./pages/Election";
import { ElectionsPage } from "./pages/Elections";
import { EraPage } from "./pages/Era";
import { HealthPage } from "./pages/Health";
import { NetworkPage } from "./pages/Network";
import { OperatorPage } from "./pages/Operator";
import { OperatorsPage } from "./pages/Operators";
import { RewardsPage } from "./pages/Rewards";
import { SlashingPage } from "./pages/Slashing";
import { StakerPage } from "./pages/Staker";
import { VaultPage } from "./pages/Vault";
import { VaultsPage } from "./pages/Vaults";

theme.start();

function Page() {
  const route = useRoute();
  const first = route.args[0];
  useEffect(() => {
    const name = pages.find(([page]) => page === route.page)?.[1] ?? "No such page";
    document.title = `${name}${first ? ` ${first}` : ""} – Roster`;
    scrollTo(0, 0);
  }, [route.page, first]);
  switch (route.page) {
    case "era":
      return <EraPage />;
    case "operators":
      return first ? <OperatorPage key={first} operator={first} /> : <OperatorsPage />;
    case "vaults":
      return first ? <VaultPage key={first} vault={first} /> : <VaultsPage />;
    case "staker":
      return <StakerPage account={first} />;
    case "elections":
      return first ? <ElectionPage key={first} era={first} /> : <ElectionsPage />;
    case "rewards":
      return <RewardsPage account={first} />;
    case "slashing":
      return <SlashingPage />;
    case "network":
      return <NetworkPage />;
    case "health":
      return <HealthPage />;
    default:
      return (
        <>
          <h1>No such page</h1>
          <p>
            The address names a page that there is not. Go to <a href={href("era")}>Era</a>.
          </p>
        </>
      );
  }
}

function App() {
  const route = useRoute();
  return (
    <Shell>
      <Page key={route.query.get("set") ?? "0"} />
    </Shell>
  );
}

function draw(): void {
  live.start();
  wallet.start();
  const root = document.getElementById("app");
  if (root) {
    root.textContent = "";
    render(<App />, root);
  }
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", draw);
} else {
  draw();
}
