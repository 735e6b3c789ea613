// The operations of the app, as its compiler reads them; desk.js takes those that the compiler made.
const { graphql } = require("relay-runtime");

graphql`
  query documentsDeskQuery($count: Int!, $cursor: String) {
    account {
      seatInventory {
        pools {
          assigned
          available
          package {
            code
          }
        }
      }
      users(first: $count, after: $cursor) @connection(key: "Desk_users") {
        edges {
          node {
            email
            license {
              state
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;

graphql`
  mutation documentsAssignMutation($input: AssignLicenseInput!) {
    assignLicense(input: $input) {
      __typename
      ... on LicenseAssigned {
        license {
          user {
            license {
              state
            }
          }
        }
        pools {
          assigned
          available
        }
      }
      ... on BusinessError {
        code
        message
      }
    }
  }
`;

graphql`
  mutation documentsRemoveMutation($input: RemoveLicenseInput!) {
    removeLicense(input: $input) {
      __typename
    }
  }
`;

graphql`
  subscription documentsCountsSubscription {
    seatCountsChanged {
      snapshot
      pools {
        assigned
        available
      }
    }
  }
`;
