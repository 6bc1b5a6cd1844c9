-- The three roles and the database of the platform. Safe to repeat.
--
-- ./run and the tests use this very file. In production a superuser types:
--
--   OWNER_PASSWORD=... APP_PASSWORD=... psql -X -d postgres -f roles.sql
--   (another name for the database: -v database=name)
--
-- owner        owns the database and its tables: migrations, demo, tests. DATABASE_OWNER_URL
-- app          web and worker; owns nothing, so row-level security binds it. DATABASE_URL
-- seat_writer  cannot sign in; owns the functions that write seats

\set ON_ERROR_STOP on
\set QUIET on
\if :{?database} \else \set database campus \endif
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
SELECT :SERVER_VERSION_NUM >= 160000 AS memberships_have_options \gset

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['owner', 'app', 'seat_writer']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE owner LOGIN CREATEDB NOCREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE app LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD :'app_password';
ALTER ROLE seat_writer NOLOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER NOBYPASSRLS;

-- owner may step down to app (SET ROLE, as the tests do) but gains nothing from it, and may
-- make and replace the functions that belong to seat_writer.
\if :memberships_have_options
    GRANT app TO owner WITH INHERIT FALSE, SET TRUE;
    GRANT seat_writer TO owner WITH INHERIT TRUE, SET TRUE;
\else
    GRANT app, seat_writer TO owner;
\endif

SELECT format('CREATE DATABASE %I OWNER owner', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec

REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO app;

-- Once for the database, once for template1, from which test databases are made.
-- A function can only be given to a role that may create in its schema.
\connect :"database"
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
GRANT USAGE, CREATE ON SCHEMA public TO seat_writer;

\connect template1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
GRANT USAGE, CREATE ON SCHEMA public TO seat_writer;
