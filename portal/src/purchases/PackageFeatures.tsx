import { CheckIcon, CrossIcon } from "../design/icons";
import type { PackageOfferFragment } from "../gql/graphql";
import { useText } from "../texts/useText";

/** The four features of a package, those that it lacks among them. */
export function PackageFeatures({ offer }: { offer: PackageOfferFragment }) {
  const text = useText();
  const { attachmentLimitMegabytes: megabytes, signatoryLimit: signatories } = offer;
  const size = (count: number) =>
    count >= 1000 ? text("purchases.gigabytes", { count: count / 1000 }) : text("purchases.megabytes", { count });
  const features = [
    { has: offer.protectsMessageBody, name: text("purchases.body") },
    {
      has: megabytes !== null,
      name:
        megabytes === null
          ? text("purchases.noAttachments")
          : text("purchases.attachments", { size: size(megabytes) }),
    },
    {
      has: signatories !== 0,
      name:
        signatories === null
          ? text("purchases.anySignatories")
          : signatories === 0
            ? text("purchases.noSignatories")
            : text("purchases.signatories", { count: signatories }),
    },
    {
      has: offer.collectsConfidentialInformation,
      name: text(offer.collectsConfidentialInformation ? "purchases.collects" : "purchases.collectsNot"),
    },
  ];
  return (
    <ul className="features">
      {features.map(({ has, name }) => (
        <li key={name} className={has ? "feature" : "feature feature-without"}>
          {has ? <CheckIcon /> : <CrossIcon />}
          <span>{name}</span>
        </li>
      ))}
    </ul>
  );
}
