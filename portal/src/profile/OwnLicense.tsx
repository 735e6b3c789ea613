import type { HeldLicenseFragment } from "../gql/graphql";
import { LicenseBadge } from "../seats/LicenseBadge";
import { useConfig } from "../shell/ConfigContext";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

/** The viewer's own license, and the next step with it. */
export function OwnLicense({ license, account }: { license: HeldLicenseFragment; account: string }) {
  const text = useText();
  const { date } = useFormats();
  const { installUrl } = useConfig();
  const active = license.state === "ACTIVE";
  return (
    <div className="holding">
      <p className="holding-package">
        <span className={`package-mark package-${license.package.code.toLowerCase()}`}>{license.package.name}</span>
        <LicenseBadge state={license.state} />
      </p>
      <p className="row-detail">{text("users.assignedOn", { date: date(license.assignedAt) })}</p>
      <p>{active ? text("profile.active") : text("profile.waiting", { account })}</p>
      {installUrl && (
        <p>
          <a className="button button-plain button-normal" href={installUrl} rel="noreferrer">
            {text("profile.install")}
          </a>
        </p>
      )}
    </div>
  );
}
