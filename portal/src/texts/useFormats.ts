import { useMemo } from "react";
import { useIntl } from "react-intl";

/** Money, moments and numbers, as the reader's language writes them. */
export function useFormats() {
  const intl = useIntl();
  return useMemo(
    () => ({
      number: (value: number) => intl.formatNumber(value),
      money: ({ amount, currency }: { amount: string; currency: string }) =>
        // Only shown, never reckoned with: the server does that in decimals.
        intl.formatNumber(Number(amount), { style: "currency", currency, currencyDisplay: "narrowSymbol" }),
      date: (moment: string) => intl.formatDate(moment, { dateStyle: "medium" }),
      moment: (moment: string) => intl.formatDate(moment, { dateStyle: "medium", timeStyle: "short" }),
      time: (moment: string) => intl.formatTime(moment, { timeStyle: "short" }),
    }),
    [intl],
  );
}
