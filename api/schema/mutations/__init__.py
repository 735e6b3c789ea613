"""Every mutation, one file each: input, answer, and one call of the operation of the same name."""

from strawberry.tools import create_type

from api.schema.mutations.integrations.create_api_key import create_api_key
from api.schema.mutations.integrations.revoke_api_key import revoke_api_key
from api.schema.mutations.integrations.rotate_api_key import rotate_api_key
from api.schema.mutations.licensing.activate_license import activate_license
from api.schema.mutations.licensing.assign_license import assign_license
from api.schema.mutations.licensing.change_license import change_license
from api.schema.mutations.licensing.remove_license import remove_license
from api.schema.mutations.licensing.send_activation_link import send_activation_link
from api.schema.mutations.licensing.transfer_license import transfer_license
from api.schema.mutations.people.add_domain import add_domain
from api.schema.mutations.people.add_user import add_user
from api.schema.mutations.people.change_user_role import change_user_role
from api.schema.mutations.purchasing.add_to_cart import add_to_cart
from api.schema.mutations.purchasing.cancel_purchase import cancel_purchase
from api.schema.mutations.purchasing.change_cart_line import change_cart_line
from api.schema.mutations.purchasing.prepare_purchase import prepare_purchase
from api.schema.mutations.purchasing.proceed_to_purchase import proceed_to_purchase
from api.schema.mutations.purchasing.remove_from_cart import remove_from_cart
from api.schema.mutations.purchasing.validate_purchase import validate_purchase
from api.schema.mutations.sign_in.complete_sign_in import complete_sign_in
from api.schema.mutations.sign_in.open_account import open_account
from api.schema.mutations.sign_in.request_sign_in import request_sign_in
from api.schema.mutations.sign_in.revoke_session import revoke_session
from api.schema.mutations.sign_in.sign_out import sign_out

# In the order of the schema.
MUTATIONS = [
    # signing in
    open_account,
    request_sign_in,
    complete_sign_in,
    sign_out,
    revoke_session,
    # the cart and the purchase
    add_to_cart,
    change_cart_line,
    remove_from_cart,
    validate_purchase,
    prepare_purchase,
    proceed_to_purchase,
    cancel_purchase,
    # users and domains
    add_user,
    change_user_role,
    add_domain,
    # integrations
    create_api_key,
    rotate_api_key,
    revoke_api_key,
    # licenses
    assign_license,
    remove_license,
    change_license,
    transfer_license,
    send_activation_link,
    activate_license,
]

Mutation = create_type(
    "Mutation",
    MUTATIONS,
    description="Every change. Each stands alone, also beside others in one document:"
    " it is done wholly or refused, and what it refuses is answered as data.",
)
