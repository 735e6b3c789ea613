import { useState } from "react";
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";

import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import type { ManagedUserFragment } from "../gql/graphql";
import { LicenseBadge } from "../seats/LicenseBadge";
import { useText } from "../texts/useText";
import { useSendLink } from "./useSendLink";

type UserRowProps = {
  user: ManagedUserFragment;
  onManage: (user: ManagedUserFragment) => void;
  onChangeRole: (user: ManagedUserFragment) => void;
  onDone: (message: string) => void;
};

/** A user: license, role, and the actions on them. */
export function UserRow({ user, onManage, onChangeRole, onDone }: UserRowProps) {
  const text = useText();
  const name = `${user.firstName} ${user.lastName}`;
  const [problem, setProblem] = useState<string | null>(null);
  const done = (message: string) => {
    setProblem(null);
    onDone(message);
  };
  const link = useSendLink(done, setProblem);
  const { license } = user;
  return (
    <tr>
      <th scope="row" data-label={text("users.name")}>
        <span className="row-title">{name}</span>
        <span className="row-detail">{user.email}</span>
        {problem && <Notice variant="bad">{problem}</Notice>}
        <FailureNotice failure={link.failure} />
      </th>
      <td data-label={text("users.license")}>
        {license ? (
          <span className="held">
            <span className={`package-mark package-${license.package.code.toLowerCase()}`}>
              {license.package.name}
            </span>
            <LicenseBadge state={license.state} />
          </span>
        ) : (
          <span className="quiet">{text("users.noLicense")}</span>
        )}
      </td>
      <td data-label={text("users.role")}>{text(`users.role.${user.role}`)}</td>
      <td className="row-actions">
        <Button size="small" aria-label={text("users.manageOf", { name })} onPress={() => onManage(user)}>
          {text("users.manage")}
        </Button>
        <MenuTrigger>
          <AriaButton className="icon-button" aria-label={text("users.more", { name })}>
            <span aria-hidden="true">⋯</span>
          </AriaButton>
          <Popover className="popover" placement="bottom end">
            <Menu className="options">
              {license && (
                <MenuItem className="option" onAction={() => void link.send(license.id, user.email)}>
                  {text("users.sendLink")}
                </MenuItem>
              )}
              <MenuItem className="option" onAction={() => onChangeRole(user)}>
                {text(user.role === "STANDARD" ? "users.makeAdministrator" : "users.makeStandard")}
              </MenuItem>
            </Menu>
          </Popover>
        </MenuTrigger>
      </td>
    </tr>
  );
}
