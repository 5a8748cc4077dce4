package pgtest

// LoseRace has the next transaction that writes to the audit log fail at its commit as one
// that lost a race, so that it is run again (pg.DB.Tx): what it told its caller the first
// time must not be told twice.
func (e *Env) LoseRace() {
	e.t.Helper()
	e.LoseRaceOver("audit_entry")
}

// LoseRaceOver is LoseRace for the next transaction that inserts into a table.
func (e *Env) LoseRaceOver(table string) {
	e.t.Helper()
	sql := `create sequence if not exists public.lost_race;
		alter sequence public.lost_race restart;
		create or replace function public.lose_race() returns trigger language plpgsql security definer as $$
			begin
				if nextval('public.lost_race') = 1 then -- no rollback takes a number back
					raise exception 'a race was lost' using errcode = '40001';
				end if;
				return null;
			end $$;
		drop trigger if exists lose_race on ` + table + `;
		create constraint trigger lose_race after insert on ` + table + ` deferrable initially deferred for each row execute function public.lose_race()`
	if err := exec(e.Superuser(), sql); err != nil {
		e.t.Fatalf("pgtest: lose a race: %v", err)
	}
}
