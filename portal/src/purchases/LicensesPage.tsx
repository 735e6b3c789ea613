import { Page } from "../design/Page";
import { SeatTable } from "../seats/SeatTable";
import { useText } from "../texts/useText";
import { CartSection } from "./CartSection";
import { PackageList } from "./PackageList";

/** Options > License management and purchases: the packages, the cart, and the license table at the bottom. */
export default function LicensesPage() {
  const text = useText();
  return (
    <Page title={text("purchases.title")} intro={text("purchases.intro")}>
      <PackageList />
      <CartSection />
      <SeatTable />
    </Page>
  );
}
