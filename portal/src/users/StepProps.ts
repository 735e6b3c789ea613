import type { HeldLicenseFragment, ManagedUserFragment } from "../gql/graphql";

/** The props of a step of "Manage license": change, transfer or remove. */
export type StepProps = {
  user: ManagedUserFragment;
  license: HeldLicenseFragment;
  onBack: () => void;
  onDone: (message: string) => void;
};
