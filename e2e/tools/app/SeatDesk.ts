import { graphql } from "relay-runtime";

export const desk = graphql`
  query SeatDeskQuery($count: Int!, $cursor: String) {
    viewer {
      user {
        id
        ...SeatDesk_user
      }
    }
    account {
      ...SeatDesk_users @arguments(count: $count, cursor: $cursor)
    }
  }
`;

export const user = graphql`
  fragment SeatDesk_user on User {
    id
    email
    license {
      state
      package {
        code
      }
    }
  }
`;

export const users = graphql`
  fragment SeatDesk_users on Account
  @refetchable(queryName: "SeatDeskUsersQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
    users(first: $count, after: $cursor) @connection(key: "SeatDesk_users") {
      edges {
        node {
          id
          ...SeatDesk_user
        }
      }
    }
  }
`;

export const assign = graphql`
  mutation SeatDeskAssignMutation($input: AssignLicenseInput!) {
    assignLicense(input: $input) {
      __typename
      ... on LicenseAssigned {
        license {
          id
          user {
            ...SeatDesk_user
          }
        }
      }
      ... on NoSeatAvailableError {
        message
        alternatives {
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

export const counts = graphql`
  subscription SeatDeskSubscription($after: String) {
    seatCountsChanged(after: $after) {
      version
      snapshot
      pools {
        assigned
        available
      }
    }
  }
`;
