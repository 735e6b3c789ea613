import activationEn from "../activation/texts.en.json";
import activationFr from "../activation/texts.fr-CA.json";
import domainsEn from "../domains/texts.en.json";
import domainsFr from "../domains/texts.fr-CA.json";
import openAccountEn from "../open-account/texts.en.json";
import openAccountFr from "../open-account/texts.fr-CA.json";
import profileEn from "../profile/texts.en.json";
import profileFr from "../profile/texts.fr-CA.json";
import purchasesEn from "../purchases/texts.en.json";
import purchasesFr from "../purchases/texts.fr-CA.json";
import seatsEn from "../seats/texts.en.json";
import seatsFr from "../seats/texts.fr-CA.json";
import sessionsEn from "../sessions/texts.en.json";
import sessionsFr from "../sessions/texts.fr-CA.json";
import shellEn from "../shell/texts.en.json";
import shellFr from "../shell/texts.fr-CA.json";
import signInEn from "../sign-in/texts.en.json";
import signInFr from "../sign-in/texts.fr-CA.json";
import usersEn from "../users/texts.en.json";
import usersFr from "../users/texts.fr-CA.json";

const english = {
  ...activationEn,
  ...domainsEn,
  ...openAccountEn,
  ...profileEn,
  ...purchasesEn,
  ...seatsEn,
  ...sessionsEn,
  ...shellEn,
  ...signInEn,
  ...usersEn,
};

/** The id of a text. It must be in each language, or this does not compile. */
export type TextId = keyof typeof english;

const french: Record<TextId, string> = {
  ...activationFr,
  ...domainsFr,
  ...openAccountFr,
  ...profileFr,
  ...purchasesFr,
  ...seatsFr,
  ...sessionsFr,
  ...shellFr,
  ...signInFr,
  ...usersFr,
};

export const catalogues = { en: english, "fr-CA": french } as const;

export type Language = keyof typeof catalogues;
