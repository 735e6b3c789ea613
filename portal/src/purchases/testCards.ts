import type { TextId } from "../texts/catalogues";

/** The sandbox's payment methods, in place of a form for a card. */
export const TEST_CARDS = [
  "pm_card_visa",
  "pm_card_mastercard",
  "pm_card_threeDSecureRequired",
  "pm_card_chargeDeclined",
  "pm_card_chargeDeclinedInsufficientFunds",
  "pm_card_chargeDeclinedExpiredCard",
] as const;

export type TestCard = (typeof TEST_CARDS)[number];

const DECLINES: Record<string, TextId> = {
  card_declined: "purchases.decline.card_declined",
  insufficient_funds: "purchases.decline.insufficient_funds",
  expired_card: "purchases.decline.expired_card",
  incorrect_cvc: "purchases.decline.incorrect_cvc",
};

/** The text of a payment provider's decline code, which may be an unknown one. */
export const declineText = (code: string | null): TextId => DECLINES[code ?? ""] ?? "purchases.decline.other";
