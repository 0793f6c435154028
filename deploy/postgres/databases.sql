-- Run once by the image of PostgreSQL, on an empty data folder: a role and a database for each daemon that keeps state.
-- The passwords come from files, so that no process list and no log shows them.
\set pa_password `cat /run/secrets/postgres/sti_pa.password`
\set ca_password `cat /run/secrets/postgres/sti_ca.password`
\set as_password `cat /run/secrets/postgres/sti_as.password`
CREATE ROLE sti_pa LOGIN PASSWORD :'pa_password';
CREATE ROLE sti_ca LOGIN PASSWORD :'ca_password';
CREATE ROLE sti_as LOGIN PASSWORD :'as_password';
CREATE DATABASE sti_pa OWNER sti_pa ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
CREATE DATABASE sti_ca OWNER sti_ca ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
CREATE DATABASE sti_as OWNER sti_as ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
REVOKE CONNECT ON DATABASE sti_pa, sti_ca, sti_as FROM PUBLIC;
