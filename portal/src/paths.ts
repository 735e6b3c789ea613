/** Every address of the portal. The server answers these and no other: api/pages/portal.py has the same list. */
export const paths = {
  home: "/",
  signIn: "/sign-in",
  activate: "/activate",
  openAccount: "/open-account",
  licenses: "/licenses",
  purchases: "/purchases",
  users: "/users",
  domains: "/domains",
  sessions: "/sessions",
  profile: "/profile",
} as const;
