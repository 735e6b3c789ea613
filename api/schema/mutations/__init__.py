"""Every mutation, one file each: input, answer, and one call of the operation of the same name."""

import strawberry

from api.schema.mutations.alone import alone
from api.schema.mutations.integrations.create_api_key import CreateApiKeyPayload, create_api_key
from api.schema.mutations.integrations.revoke_api_key import RevokeApiKeyPayload, revoke_api_key
from api.schema.mutations.integrations.rotate_api_key import RotateApiKeyPayload, rotate_api_key
from api.schema.mutations.licensing.activate_license import ActivateLicensePayload, activate_license
from api.schema.mutations.licensing.assign_license import AssignLicensePayload, assign_license
from api.schema.mutations.licensing.change_license import ChangeLicensePayload, change_license
from api.schema.mutations.licensing.remove_license import RemoveLicensePayload, remove_license
from api.schema.mutations.licensing.send_activation_link import SendActivationLinkPayload, send_activation_link
from api.schema.mutations.licensing.transfer_license import TransferLicensePayload, transfer_license
from api.schema.mutations.people.add_domain import AddDomainPayload, add_domain
from api.schema.mutations.people.add_user import AddUserPayload, add_user
from api.schema.mutations.people.change_user_role import ChangeUserRolePayload, change_user_role
from api.schema.mutations.purchasing.add_to_cart import AddToCartPayload, add_to_cart
from api.schema.mutations.purchasing.cancel_purchase import CancelPurchasePayload, cancel_purchase
from api.schema.mutations.purchasing.change_cart_line import ChangeCartLinePayload, change_cart_line
from api.schema.mutations.purchasing.prepare_purchase import PreparePurchasePayload, prepare_purchase
from api.schema.mutations.purchasing.proceed_to_purchase import ProceedToPurchasePayload, proceed_to_purchase
from api.schema.mutations.purchasing.remove_from_cart import RemoveFromCartPayload, remove_from_cart
from api.schema.mutations.purchasing.validate_purchase import ValidatePurchasePayload, validate_purchase
from api.schema.mutations.sign_in.complete_sign_in import CompleteSignInPayload, complete_sign_in
from api.schema.mutations.sign_in.open_account import OpenAccountPayload, open_account
from api.schema.mutations.sign_in.request_sign_in import RequestSignInPayload, request_sign_in
from api.schema.mutations.sign_in.revoke_session import RevokeSessionPayload, revoke_session
from api.schema.mutations.sign_in.sign_out import SignedOut, sign_out


@strawberry.type(
    description="Every change. Each stands alone, also beside others in one document:"
    " it is done wholly or refused, and what it refuses is answered as data."
)
class Mutation:
    """Every change."""

    # -- signing in
    open_account: OpenAccountPayload = strawberry.mutation(
        resolver=alone(open_account),
        description="Opens an account for a business; its first user becomes administrator."
        " Mails a sign-in link. Needs no sign-in. Unlike requestSignIn it tells whether the address is a user's;"
        " the calls of one client address are limited.",
    )
    request_sign_in: RequestSignInPayload = strawberry.mutation(
        resolver=alone(request_sign_in),
        description="Mails a single-use sign-in link. Answers the same whether or not the address is known."
        " Needs no sign-in.",
    )
    complete_sign_in: CompleteSignInPayload = strawberry.mutation(
        resolver=alone(complete_sign_in),
        description="Follows a sign-in link: trades its token for a session. Needs no sign-in.",
    )
    sign_out: SignedOut = strawberry.mutation(
        resolver=alone(sign_out),
        description="Ends the session that the call came with; its cookie or token works nowhere any more."
        " An API key stays.",
    )
    revoke_session: RevokeSessionPayload = strawberry.mutation(
        resolver=alone(revoke_session),
        description="Ends a session from elsewhere, e.g. on a lost telephone. One's own; others' need MANAGE_USERS.",
    )

    # -- the cart and the purchase
    add_to_cart: AddToCartPayload = strawberry.mutation(
        resolver=alone(add_to_cart), description="Adds seats of a package to the viewer's cart. Needs PURCHASE."
    )
    change_cart_line: ChangeCartLinePayload = strawberry.mutation(
        resolver=alone(change_cart_line), description="Sets the quantity of a cart line. Needs PURCHASE."
    )
    remove_from_cart: RemoveFromCartPayload = strawberry.mutation(
        resolver=alone(remove_from_cart), description="Removes a line from the cart. Needs PURCHASE."
    )
    validate_purchase: ValidatePurchasePayload = strawberry.mutation(
        resolver=alone(validate_purchase),
        description="Turns the cart into a purchase that waits for acceptance, prices frozen for 30 minutes:"
        " what the confirmation pop-up shows. The cart stays until the purchase is paid. Needs PURCHASE.",
    )
    prepare_purchase: PreparePurchasePayload = strawberry.mutation(
        resolver=alone(prepare_purchase),
        description="Makes a purchase of given lines that waits for acceptance, prices frozen for 30 minutes, without"
        " a cart: for programs that know what to buy. It cancels no other purchase; of one user or API key 20 such"
        " purchases wait at most, and a further one makes the oldest EXPIRED. Needs PURCHASE.",
    )
    proceed_to_purchase: ProceedToPurchasePayload = strawberry.mutation(
        resolver=alone(proceed_to_purchase),
        description="Accepts and pays. The seats exist once payment is confirmed, and not before. Needs PURCHASE.",
    )
    cancel_purchase: CancelPurchasePayload = strawberry.mutation(
        resolver=alone(cancel_purchase),
        description="Gives up a purchase that was not paid; again answers the same. Needs PURCHASE.",
    )

    # -- users and domains
    add_user: AddUserPayload = strawberry.mutation(
        resolver=alone(add_user),
        description="Adds a person whose e-mail domain is approved for the account. Needs MANAGE_USERS, and"
        " MANAGE_ROLES for an administrator.",
    )
    change_user_role: ChangeUserRolePayload = strawberry.mutation(
        resolver=alone(change_user_role),
        description="Makes a user administrator or standard; the last administrator stays one. Needs MANAGE_ROLES.",
    )
    add_domain: AddDomainPayload = strawberry.mutation(
        resolver=alone(add_domain), description="Claims an e-mail domain for the account. Needs MANAGE_DOMAINS."
    )

    # -- integrations
    create_api_key: CreateApiKeyPayload = strawberry.mutation(
        resolver=alone(create_api_key),
        description="Makes an API key for an integration; its secret is shown once. Needs MANAGE_INTEGRATIONS.",
    )
    rotate_api_key: RotateApiKeyPayload = strawberry.mutation(
        resolver=alone(rotate_api_key),
        description="Gives an API key a new secret; the old one works on for a while, so that nothing stops."
        " Needs MANAGE_INTEGRATIONS, and every scope of the key.",
    )
    revoke_api_key: RevokeApiKeyPayload = strawberry.mutation(
        resolver=alone(revoke_api_key),
        description="Ends an API key at once; again answers the same. Needs MANAGE_INTEGRATIONS.",
    )

    # -- licenses
    assign_license: AssignLicensePayload = strawberry.mutation(
        resolver=alone(assign_license),
        description="Gives one free seat of a package to a user, who is mailed how to install and activate."
        " Needs ASSIGN_LICENSES.",
    )
    remove_license: RemoveLicensePayload = strawberry.mutation(
        resolver=alone(remove_license),
        description="Takes the license from the user; the seat is available again. It stays purchased."
        " Needs ASSIGN_LICENSES.",
    )
    change_license: ChangeLicensePayload = strawberry.mutation(
        resolver=alone(change_license),
        description="Moves the user to another package in one step, keeping the activation. Needs ASSIGN_LICENSES.",
    )
    transfer_license: TransferLicensePayload = strawberry.mutation(
        resolver=alone(transfer_license),
        description="Hands the seat from one user to another, who must hold none; the new holder activates anew."
        " Needs ASSIGN_LICENSES.",
    )
    send_activation_link: SendActivationLinkPayload = strawberry.mutation(
        resolver=alone(send_activation_link),
        description="Mails the holder a fresh activation link; earlier links stop working. Needs ASSIGN_LICENSES.",
    )
    activate_license: ActivateLicensePayload = strawberry.mutation(
        resolver=alone(activate_license), description="Follows an activation link; needs no sign-in."
    )
