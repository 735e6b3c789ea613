import type { ReactNode } from "react";

const icon = (children: ReactNode) =>
  function Icon() {
    return (
      <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
        {children}
      </svg>
    );
  };

const line = (d: string) =>
  icon(
    <path d={d} fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />,
  );

export const ChevronIcon = line("m6 8 4 4 4-4");
export const CheckIcon = line("m5 10.5 3.2 3.2L15 7");
export const CrossIcon = line("m6 6 8 8m0-8-8 8");
export const MenuIcon = line("M3.5 6h13m-13 4h13m-13 4h13");
export const SeatsIcon = line("M5 3.5v6.5a5 5 0 0 0 10 0V3.5M4 17h12");
export const ReceiptIcon = line("M5 3h10v14l-2.5-1.6L10 17l-2.5-1.6L5 17zM8 7h4M8 10.5h4");
export const PeopleIcon = line(
  "M7.5 9a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5M2.5 16.5c0-3 2-5 5-5s5 2 5 5M13 9.2a2.5 2.5 0 0 0 0-5M14.5 11.8c1.9.6 3 2.3 3 4.7",
);
export const GlobeIcon = line(
  "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M3 10h14M10 3c2 2 3 4.3 3 7s-1 5-3 7c-2-2-3-4.3-3-7s1-5 3-7",
);
export const DeviceIcon = line("M3.5 4.5h13v8.5h-13zM7.5 16.5h5M10 13v3.5");
export const BadgeIcon = line("M10 11.5a4.25 4.25 0 1 0 0-8.5 4.25 4.25 0 0 0 0 8.5M7.2 10.8 6 17l4-2 4 2-1.2-6.2");
export const WarningIcon = line("M10 7v4M10 13.8v.1M10 2.8l7.5 13.5h-15z");
export const InfoIcon = line("M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 9.5v4M10 6.6v.1");
export const MailIcon = line("M3 5h14v10H3zM3 5.5l7 5.5 7-5.5");
export const CartIcon = line("M3 4h2l1.8 8.5h8L16.5 6.5H5.6M8 16.3v.1M14 16.3v.1");
