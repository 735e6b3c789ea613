import { ApolloProvider } from "@apollo/client/react";
import { lazy } from "react";
import { RouterProvider } from "react-aria-components";
import { BrowserRouter, Navigate, Route, Routes, useHref, useNavigate } from "react-router";

import { createApolloClient } from "./api/client";
import { Announcer } from "./design/Announcer";
import { paths } from "./paths";
import { RequirePermission } from "./session/RequirePermission";
import { RequireSession } from "./session/RequireSession";
import { SessionWatch } from "./session/SessionWatch";
import { notifySignedOut } from "./session/signedOut";
import { ConfigProvider } from "./shell/ConfigProvider";
import { ErrorBoundary } from "./shell/ErrorBoundary";
import { Home } from "./shell/Home";
import { PublicShell } from "./shell/PublicShell";
import { Shell } from "./shell/Shell";
import { LanguageProvider } from "./texts/LanguageProvider";

const client = createApolloClient(notifySignedOut);

const SignInPage = lazy(() => import("./sign-in/SignInPage"));
const ActivationPage = lazy(() => import("./activation/ActivationPage"));
const OpenAccountPage = lazy(() => import("./open-account/OpenAccountPage"));
const LicensesPage = lazy(() => import("./purchases/LicensesPage"));
const PurchasesPage = lazy(() => import("./purchases/PurchasesPage"));
const UsersPage = lazy(() => import("./users/UsersPage"));
const DomainsPage = lazy(() => import("./domains/DomainsPage"));
const SessionsPage = lazy(() => import("./sessions/SessionsPage"));
const ProfilePage = lazy(() => import("./profile/ProfilePage"));

export function App() {
  return (
    <ApolloProvider client={client}>
      <LanguageProvider>
        <Announcer>
          <ConfigProvider>
            <BrowserRouter>
              <AppRoutes />
            </BrowserRouter>
          </ConfigProvider>
        </Announcer>
      </LanguageProvider>
    </ApolloProvider>
  );
}

function AppRoutes() {
  const navigate = useNavigate();
  return (
    <RouterProvider navigate={(to) => void navigate(to)} useHref={useHref}>
      <ErrorBoundary>
        <Routes>
          <Route element={<SessionWatch />}>
            <Route element={<PublicShell />}>
              <Route path={paths.signIn} element={<SignInPage />} />
              <Route path={paths.activate} element={<ActivationPage />} />
              <Route path={paths.openAccount} element={<OpenAccountPage />} />
            </Route>
            <Route element={<RequireSession />}>
              <Route element={<Shell />}>
                <Route path={paths.home} element={<Home />} />
                <Route
                  path={paths.licenses}
                  element={<RequirePermission permission="PURCHASE" children={<LicensesPage />} />}
                />
                <Route
                  path={paths.purchases}
                  element={<RequirePermission permission="VIEW_BILLING" children={<PurchasesPage />} />}
                />
                <Route
                  path={paths.users}
                  element={<RequirePermission permission="MANAGE_USERS" children={<UsersPage />} />}
                />
                <Route
                  path={paths.domains}
                  element={<RequirePermission permission="MANAGE_DOMAINS" children={<DomainsPage />} />}
                />
                <Route path={paths.sessions} element={<SessionsPage />} />
                <Route path={paths.profile} element={<ProfilePage />} />
              </Route>
            </Route>
            <Route path="*" element={<Navigate to={paths.home} replace />} />
          </Route>
        </Routes>
      </ErrorBoundary>
    </RouterProvider>
  );
}
