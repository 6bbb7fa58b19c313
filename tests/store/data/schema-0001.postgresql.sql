SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.speciosa_final() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'a row of % is final', TG_TABLE_NAME; END $$;
CREATE FUNCTION public.speciosa_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM deletion WHERE person = OLD.person) THEN RAISE EXCEPTION 'a row of % goes only with its person', TG_TABLE_NAME; END IF; RETURN OLD; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.answer (
    scope text NOT NULL,
    key text NOT NULL,
    answer bytea NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    by text NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    person text NOT NULL,
    record text NOT NULL,
    address text NOT NULL
);
CREATE SEQUENCE public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;
CREATE TABLE public.card (
    uuid text NOT NULL,
    body bytea NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.deletion (
    person character varying(32) NOT NULL,
    at timestamp with time zone NOT NULL,
    by text NOT NULL,
    removed text NOT NULL
);
CREATE TABLE public.external (
    system text NOT NULL,
    value text NOT NULL,
    person character varying(32) NOT NULL,
    at timestamp with time zone NOT NULL,
    by text NOT NULL
);
CREATE TABLE public.feedback (
    service text NOT NULL,
    card_uuid text NOT NULL,
    outcome_key text NOT NULL,
    body bytea NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.first_use (
    scope text NOT NULL,
    key text NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.link (
    token_hash text NOT NULL,
    person character varying(32) NOT NULL,
    what bytea NOT NULL,
    by text NOT NULL,
    at timestamp with time zone NOT NULL,
    expires timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    revoked boolean NOT NULL
);
CREATE TABLE public.person (
    id character varying(32) NOT NULL,
    label text NOT NULL,
    folded text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL
);
CREATE TABLE public.record (
    id character varying(32) NOT NULL,
    person character varying(32) NOT NULL,
    kind text NOT NULL,
    newest integer NOT NULL,
    removed boolean NOT NULL
);
CREATE TABLE public.session (
    key_hash text NOT NULL,
    data bytea NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE TABLE public.version (
    seq bigint NOT NULL,
    record character varying(32) NOT NULL,
    version integer NOT NULL,
    person character varying(32) NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    by text NOT NULL,
    change text NOT NULL,
    body bytea NOT NULL,
    sha256 character varying(64) NOT NULL,
    removed boolean NOT NULL
);
CREATE SEQUENCE public.version_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.version_seq_seq OWNED BY public.version.seq;
ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);
ALTER TABLE ONLY public.version ALTER COLUMN seq SET DEFAULT nextval('public.version_seq_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.answer VALUES ('api', 'k', '\x7b7d', '2026-01-06 08:30:00.00025+00');
INSERT INTO public.audit VALUES (1, '2026-01-05 08:30:00.00025+00', 'dr.lee', 'GET /people', '200', '', '', '127.0.0.1');
INSERT INTO public.deletion VALUES ('00000000000000000000000000000002', '2026-01-07 08:30:00.00025+00', 'admin', '{"case":1}');
INSERT INTO public.external VALUES ('https://ehr.test', 'e0', '00000000000000000000000000000000', '2026-01-05 08:30:00.00025+00', 'dr.lee');
INSERT INTO public.external VALUES ('https://ehr.test', 'e1', '00000000000000000000000000000001', '2026-01-06 08:30:00.00025+00', 'dr.lee');
INSERT INTO public.link VALUES ('t0', '00000000000000000000000000000000', '\x67616437', 'dr.lee', '2026-01-05 08:30:00.00025+00', '2026-01-12 08:30:00.00025+00', NULL, false);
INSERT INTO public.link VALUES ('t1', '00000000000000000000000000000001', '\x67616437', 'dr.lee', '2026-01-06 08:30:00.00025+00', '2026-01-13 08:30:00.00025+00', NULL, false);
INSERT INTO public.person VALUES ('00000000000000000000000000000000', 'Ward 1', 'ward 1', '2026-01-05 08:30:00.00025+00', 'dr.lee');
INSERT INTO public.person VALUES ('00000000000000000000000000000001', 'Ärztin''s patient', 'ärztin''s patient', '2026-01-06 08:30:00.00025+00', 'dr.lee');
INSERT INTO public.record VALUES ('fdfd5ed75234ca6e3ce2d99e4665d9e5', '00000000000000000000000000000000', 'case', 3, false);
INSERT INTO public.record VALUES ('4e67a9850b7982dc16974443eeac657a', '00000000000000000000000000000000', 'entry', 3, false);
INSERT INTO public.record VALUES ('6bf3e916533a5569f32df645f6182ecd', '00000000000000000000000000000001', 'case', 3, false);
INSERT INTO public.record VALUES ('13fbee16a4d4b3ce5e3dcf828bb23f25', '00000000000000000000000000000001', 'entry', 3, true);
INSERT INTO public.version VALUES (1, 'fdfd5ed75234ca6e3ce2d99e4665d9e5', 1, '00000000000000000000000000000000', 'case', '2026-01-05 09:30:00.00025+00', 'dr.lee', 'made', '\x789cab562a4b2d2acecccf53b25230d45150ca4f03329492138b53956a017f6a086d', 'c9ff644261bb7b0c78de129d324eda2270dfb1ddd6d6dd93e2307287d22298df', false);
INSERT INTO public.version VALUES (2, 'fdfd5ed75234ca6e3ce2d99e4665d9e5', 2, '00000000000000000000000000000000', 'case', '2026-01-05 10:30:00.00025+00', 'dr.lee', 'réponse	corrigée', '\x789cab562a4b2d2acecccf53b25230d25150ca4f03329492138b53956a017f7a086e', '34cf0c94f83ee2e3f022bfbb3d18ca26e1c74d0668f1b341e2ce63aa4ff902e6', false);
INSERT INTO public.version VALUES (3, 'fdfd5ed75234ca6e3ce2d99e4665d9e5', 3, '00000000000000000000000000000000', 'case', '2026-01-05 11:30:00.00025+00', 'dr.lee', 'line
break  "quoted" \ 漢字', '\x789cab562a4b2d2acecccf53b25230d65150ca4f03329492138b53956a017f8a086f', '2fb5ac88b149b20c7f53319c98b4e962b68b359b7f387cd0dde8e406ff819861', false);
INSERT INTO public.version VALUES (4, '4e67a9850b7982dc16974443eeac657a', 1, '00000000000000000000000000000000', 'entry', '2026-01-05 09:30:00.00025+00', 'dr.lee', 'made', '\x789cab562a4b2d2acecccf53b25230d45150ca4f03329452f34a8a2a956a0189380903', '424328e32ab99566f17a21b4cfa38c1296b1f5b708b163ec83a1525c59aeee24', false);
INSERT INTO public.version VALUES (5, '4e67a9850b7982dc16974443eeac657a', 2, '00000000000000000000000000000000', 'entry', '2026-01-05 10:30:00.00025+00', 'dr.lee', 'réponse	corrigée', '\x789cab562a4b2d2acecccf53b25230d25150ca4f03329452f34a8a2a956a0189490904', '8fea14c84a82f6d5d51c1e7a589787cad90f323688fab2882182e850635f8b4c', false);
INSERT INTO public.version VALUES (6, '4e67a9850b7982dc16974443eeac657a', 3, '00000000000000000000000000000000', 'entry', '2026-01-05 11:30:00.00025+00', 'dr.lee', 'line
break  "quoted" \ 漢字', '\x789cab562a4b2d2acecccf53b25230d65150ca4f03329452f34a8a2a956a01895a0905', '99f45771fd6fe95eb4cf1358019e88cad22f10ad613e69e3d71bcc30b6ae54dd', false);
INSERT INTO public.version VALUES (7, '6bf3e916533a5569f32df645f6182ecd', 1, '00000000000000000000000000000001', 'case', '2026-01-06 09:30:00.00025+00', 'dr.lee', 'made', '\x789cab562a4b2d2acecccf53b25230d45150ca4f03329492138b53956a017f6a086d', 'c9ff644261bb7b0c78de129d324eda2270dfb1ddd6d6dd93e2307287d22298df', false);
INSERT INTO public.version VALUES (8, '6bf3e916533a5569f32df645f6182ecd', 2, '00000000000000000000000000000001', 'case', '2026-01-06 10:30:00.00025+00', 'dr.lee', 'réponse	corrigée', '\x789cab562a4b2d2acecccf53b25230d25150ca4f03329492138b53956a017f7a086e', '34cf0c94f83ee2e3f022bfbb3d18ca26e1c74d0668f1b341e2ce63aa4ff902e6', false);
INSERT INTO public.version VALUES (9, '6bf3e916533a5569f32df645f6182ecd', 3, '00000000000000000000000000000001', 'case', '2026-01-06 11:30:00.00025+00', 'dr.lee', 'line
break  "quoted" \ 漢字', '\x789cab562a4b2d2acecccf53b25230d65150ca4f03329492138b53956a017f8a086f', '2fb5ac88b149b20c7f53319c98b4e962b68b359b7f387cd0dde8e406ff819861', false);
INSERT INTO public.version VALUES (10, '13fbee16a4d4b3ce5e3dcf828bb23f25', 1, '00000000000000000000000000000001', 'entry', '2026-01-06 09:30:00.00025+00', 'dr.lee', 'made', '\x789cab562a4b2d2acecccf53b25230d45150ca4f03329452f34a8a2a956a0189380903', '424328e32ab99566f17a21b4cfa38c1296b1f5b708b163ec83a1525c59aeee24', false);
INSERT INTO public.version VALUES (11, '13fbee16a4d4b3ce5e3dcf828bb23f25', 2, '00000000000000000000000000000001', 'entry', '2026-01-06 10:30:00.00025+00', 'dr.lee', 'réponse	corrigée', '\x789cab562a4b2d2acecccf53b25230d25150ca4f03329452f34a8a2a956a0189490904', '8fea14c84a82f6d5d51c1e7a589787cad90f323688fab2882182e850635f8b4c', false);
INSERT INTO public.version VALUES (12, '13fbee16a4d4b3ce5e3dcf828bb23f25', 3, '00000000000000000000000000000001', 'entry', '2026-01-06 11:30:00.00025+00', 'dr.lee', 'line
break  "quoted" \ 漢字', '\x789c030000000001', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', true);
SELECT pg_catalog.setval('public.audit_id_seq', 1, true);
SELECT pg_catalog.setval('public.version_seq_seq', 12, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.answer
    ADD CONSTRAINT answer_pkey PRIMARY KEY (scope, key);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.card
    ADD CONSTRAINT card_pkey PRIMARY KEY (uuid);
ALTER TABLE ONLY public.deletion
    ADD CONSTRAINT deletion_pkey PRIMARY KEY (person);
ALTER TABLE ONLY public.external
    ADD CONSTRAINT external_pkey PRIMARY KEY (system, value);
ALTER TABLE ONLY public.feedback
    ADD CONSTRAINT feedback_pkey PRIMARY KEY (service, card_uuid, outcome_key);
ALTER TABLE ONLY public.first_use
    ADD CONSTRAINT first_use_pkey PRIMARY KEY (scope, key);
ALTER TABLE ONLY public.link
    ADD CONSTRAINT link_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.record
    ADD CONSTRAINT record_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (key_hash);
ALTER TABLE ONLY public.version
    ADD CONSTRAINT version_once UNIQUE (record, version);
ALTER TABLE ONLY public.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (seq);
CREATE INDEX ix_answer_until ON public.answer USING btree (until);
CREATE INDEX ix_audit_person ON public.audit USING btree (person);
CREATE INDEX ix_external_person ON public.external USING btree (person);
CREATE INDEX ix_first_use_until ON public.first_use USING btree (until);
CREATE INDEX ix_link_person ON public.link USING btree (person);
CREATE INDEX ix_session_expires ON public.session USING btree (expires);
CREATE INDEX ix_version_person ON public.version USING btree (person);
CREATE INDEX person_by_label ON public.person USING btree (folded, id);
CREATE INDEX record_by_person ON public.record USING btree (person, kind);
CREATE TRIGGER audit_is_final BEFORE UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.speciosa_final();
CREATE TRIGGER audit_is_kept BEFORE TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION public.speciosa_final();
CREATE TRIGGER audit_stays BEFORE DELETE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.speciosa_final();
CREATE TRIGGER deletion_is_final BEFORE UPDATE ON public.deletion FOR EACH ROW EXECUTE FUNCTION public.speciosa_final();
CREATE TRIGGER deletion_is_kept BEFORE TRUNCATE ON public.deletion FOR EACH STATEMENT EXECUTE FUNCTION public.speciosa_final();
CREATE TRIGGER deletion_stays BEFORE DELETE ON public.deletion FOR EACH ROW EXECUTE FUNCTION public.speciosa_final();
CREATE TRIGGER version_is_final BEFORE UPDATE ON public.version FOR EACH ROW EXECUTE FUNCTION public.speciosa_final();
CREATE TRIGGER version_is_kept BEFORE TRUNCATE ON public.version FOR EACH STATEMENT EXECUTE FUNCTION public.speciosa_final();
CREATE TRIGGER version_stays BEFORE DELETE ON public.version FOR EACH ROW EXECUTE FUNCTION public.speciosa_stays();
ALTER TABLE ONLY public.external
    ADD CONSTRAINT external_person_fkey FOREIGN KEY (person) REFERENCES public.person(id);
ALTER TABLE ONLY public.link
    ADD CONSTRAINT link_person_fkey FOREIGN KEY (person) REFERENCES public.person(id);
ALTER TABLE ONLY public.record
    ADD CONSTRAINT record_person_fkey FOREIGN KEY (person) REFERENCES public.person(id);
ALTER TABLE ONLY public.version
    ADD CONSTRAINT version_person_fkey FOREIGN KEY (person) REFERENCES public.person(id);
ALTER TABLE ONLY public.version
    ADD CONSTRAINT version_record_fkey FOREIGN KEY (record) REFERENCES public.record(id);
