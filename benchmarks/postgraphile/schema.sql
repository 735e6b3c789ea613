-- What PostGraphile serves: the tables themselves, each row guarded by row-level security, and beside them what a
-- table alone cannot say. Usher connects as the owner, for whom policies do not count.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'benchmark_visitor') THEN
        CREATE ROLE benchmark_visitor;
    END IF;
END $$;

CREATE SCHEMA IF NOT EXISTS served;
GRANT USAGE ON SCHEMA served TO benchmark_visitor;

CREATE FUNCTION served.viewer_account() RETURNS uuid LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('benchmark.account_id', true), '')::uuid $$;
COMMENT ON FUNCTION served.viewer_account() IS E'@omit';

ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE licenses ENABLE ROW LEVEL SECURITY;
ALTER TABLE seat_pools ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON accounts TO benchmark_visitor USING (id = (SELECT served.viewer_account()));
CREATE POLICY own ON users TO benchmark_visitor USING (account_id = (SELECT served.viewer_account()));
CREATE POLICY own ON licenses TO benchmark_visitor USING (account_id = (SELECT served.viewer_account()));
CREATE POLICY own ON seat_pools TO benchmark_visitor USING (account_id = (SELECT served.viewer_account()));
GRANT SELECT ON accounts, users, licenses, seat_pools, packages TO benchmark_visitor;

-- Views, because smart tags on them make "the one live license of a user" a relation to one row, and keep the
-- columns out that nobody is to see.
CREATE VIEW served.packages AS SELECT id, code, name, tier FROM packages;
COMMENT ON VIEW served.packages IS E'@primaryKey id';

CREATE VIEW served.accounts WITH (security_invoker) AS SELECT id, name, version FROM accounts;
COMMENT ON VIEW served.accounts IS E'@primaryKey id';

CREATE VIEW served.users WITH (security_invoker) AS
    SELECT id, account_id, email, first_name, last_name FROM users;
COMMENT ON VIEW served.users IS
    E'@primaryKey id\n@foreignKey (account_id) references served.accounts (id)|@foreignFieldName users';

CREATE VIEW served.licenses WITH (security_invoker) AS
    SELECT id, account_id, user_id, package_id, assigned_at FROM licenses WHERE ended_at IS NULL;
COMMENT ON VIEW served.licenses IS
    E'@primaryKey id\n@unique user_id\n@foreignKey (user_id) references served.users (id)|@foreignSingleFieldName license\n@foreignKey (package_id) references served.packages (id)|@fieldName package';

CREATE VIEW served.seat_pools WITH (security_invoker) AS
    SELECT pool.id, account_id, package_id, purchased, assigned, activated, purchased - assigned AS available, tier
    FROM seat_pools AS pool JOIN packages ON packages.id = pool.package_id;
COMMENT ON VIEW served.seat_pools IS
    E'@primaryKey id\n@foreignKey (account_id) references served.accounts (id)|@foreignFieldName pools\n@foreignKey (package_id) references served.packages (id)|@fieldName package';

GRANT SELECT ON ALL TABLES IN SCHEMA served TO benchmark_visitor;

CREATE FUNCTION served.account() RETURNS served.accounts LANGUAGE sql STABLE
AS $$ SELECT * FROM served.accounts WHERE id = served.viewer_account() $$;

CREATE TYPE served.assignment AS (license_id uuid, assigned int, available int, refusal text);

CREATE FUNCTION served.assign_license(user_id uuid, package_id uuid) RETURNS served.assignment
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public
AS $$
DECLARE
    owner uuid := served.viewer_account();
    actor uuid := current_setting('benchmark.user_id')::uuid;
    event_id uuid := gen_random_uuid();
    license_id uuid := gen_random_uuid();
    moved bigint;
    pool seat_pools;
BEGIN
    PERFORM FROM accounts WHERE id = owner FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM users WHERE id = $1 AND account_id = owner) THEN
        RAISE EXCEPTION 'no such user';
    END IF;
    IF EXISTS (SELECT FROM licenses AS held WHERE held.account_id = owner AND held.user_id = $1
               AND held.ended_at IS NULL) THEN
        RETURN (NULL, NULL, NULL, 'ALREADY_LICENSED')::served.assignment;
    END IF;
    UPDATE seat_pools AS counted SET assigned = counted.assigned + 1
    WHERE counted.account_id = owner AND counted.package_id = $2 AND counted.assigned < counted.purchased
    RETURNING counted.* INTO pool;
    IF NOT FOUND THEN
        RETURN (NULL, NULL, NULL, 'NO_SEAT_AVAILABLE')::served.assignment;
    END IF;
    INSERT INTO licenses (id, account_id, user_id, package_id, assigned_at, assigned_by, link_event_id)
    VALUES (license_id, owner, $1, $2, now(), actor, event_id);
    UPDATE accounts SET version = version + 1 WHERE id = owner RETURNING version INTO moved;
    INSERT INTO events (id, account_id, version, type, actor_id, occurred_at, data, pools)
    VALUES (event_id, owner, moved, 'license.assigned', actor, now(),
        jsonb_build_object('license_id', license_id, 'user_id', $1, 'package_id', $2),
        jsonb_build_array(jsonb_build_object('account_id', owner, 'package_id', $2, 'purchased', pool.purchased,
            'assigned', pool.assigned, 'activated', pool.activated)));
    RETURN (license_id, pool.assigned, pool.purchased - pool.assigned, NULL)::served.assignment;
END $$;
