-- How what is asked for is brought easiest (怎么补最省事): whoever asks by telephone or looks
-- it up hears what the message said. A case whose papers came says so; until now it went on
-- asking.

-- +goose Up
alter table casefile add column missing_how text not null default '';
grant update (missing_how) on casefile to lianou_platform;
select set_config('lianou.city', 'on', true);
update case_status s set status = 'papers_in' where s.status = 'ask_one' and s.missing is not null
    and exists (select from case_supplement u join case_application a on a.application = u.application
        where u.case_id = s.case_id and u.looked is null and a.state not in ('contested', 'set_aside'));
select set_config('lianou.city', '', true);

-- +goose Down
select set_config('lianou.city', 'on', true);
update case_status set status = 'ask_one' where status = 'papers_in';
select set_config('lianou.city', '', true);
alter table casefile drop column missing_how;
