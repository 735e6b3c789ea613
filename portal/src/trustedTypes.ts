// The content security policy lets no string become HTML. react-aria empties its announcements by `innerHTML = ""`, which
// is the one string that this policy lets through.
type Policies = { createPolicy: (name: string, rules: { createHTML: (html: string) => string | null }) => unknown };

const policies = (window as { trustedTypes?: Policies }).trustedTypes;
policies?.createPolicy("default", { createHTML: (html) => (html === "" ? html : null) });

export {};
