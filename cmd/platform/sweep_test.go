package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

// sweeping is a house with a folder of files and a database.
type sweeping struct {
	t     *testing.T
	house *house
	env   *pgtest.Env
	dir   string
}

func newSweeping(t *testing.T) *sweeping {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	s := &sweeping{t: t, env: pgtest.New(t), dir: t.TempDir()}
	blobs, err := blob.Open(blob.Config{URL: "file://" + s.dir, To: keys.Platform.Self, Opener: keys.Platform.Opener})
	must(t, err)
	s.house = &house{wiring: wiring{stores: &boot.Stores{DB: s.env.DB(pgtest.Platform)}, log: slog.New(slog.DiscardHandler)},
		audit: audit.New(keys.Platform.Ring), blobs: blobs}
	return s
}

func (s *sweeping) put(class, content string) core.BlobDigest {
	s.t.Helper()
	info, err := s.house.blobs.Put(s.t.Context(), strings.NewReader(content), blob.PutOptions{Class: class, By: "c1", MIME: "image/jpeg", Max: 1 << 20})
	must(s.t, err)
	return info.Digest
}

// plant writes a row as the superuser, without what else would have to be there.
func (s *sweeping) plant(sql string, args ...any) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.env.Superuser())
	must(s.t, err)
	defer conn.Close(context.WithoutCancel(s.t.Context()))
	_, err = conn.Exec(s.t.Context(), `set session_replication_role = replica`)
	must(s.t, err)
	_, err = conn.Exec(s.t.Context(), sql, args...)
	must(s.t, err)
}

// sweep makes every file old and sweeps once.
func (s *sweeping) sweep() int {
	s.t.Helper()
	old := time.Now().Add(-unsentAfter - time.Hour)
	must(s.t, filepath.WalkDir(s.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return os.Chtimes(path, old, old)
	}))
	n, err := s.house.blobs.Sweep(s.t.Context(), blob.Sweeping{Age: unsentAfter, Known: s.house.wanted, Removing: s.house.swept})
	must(s.t, err)
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What an officer recorded at a visit outlives a citizen's upload of the same
// content, and of that upload nothing is left but a trace. Controls: blob.Store
// replacing a file and its class, "the photo of a visit is gone"; blob_named without
// visits, "a named file is gone: visit.photos".
func TestSweepKeepsVisits(t *testing.T) {
	t.Parallel()
	s := newSweeping(t)
	photo := s.put("visit", "a photo of the kitchen")
	s.put("paper", "a photo of the kitchen")
	if n := s.sweep(); n != 1 {
		t.Errorf("swept %d, want the citizen's copy", n)
	}
	r, err := s.house.blobs.Open(t.Context(), photo)
	if err != nil {
		t.Fatalf("the photo of a visit is gone: %v", err)
	}
	_ = r.Close()
	var said int
	err = s.env.DB(pgtest.Platform).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'blob.swept' and subject = $1`, "blob:"+string(photo)).Scan(&said)
	})
	if err != nil || said != 1 {
		t.Errorf("%d entries tell of it, %v", said, err)
	}
}

// Every column that names a file keeps it, whatever it was put as. A new column
// called like one of these belongs into blob_named and here. Control: blob_named
// asking application_blob alone, "a named file is gone: visit.photos".
func TestSweepAsksEveryColumn(t *testing.T) {
	t.Parallel()
	s := newSweeping(t)
	digests := map[string]core.BlobDigest{}
	put := func(column string) core.BlobDigest {
		digests[column] = s.put("paper", column)
		return digests[column]
	}
	s.plant(`insert into application_blob (digest, application) values ($1, gen_random_uuid())`, put("application_blob.digest"))
	s.plant(`insert into call (id, exchange, began, recording, recording_state, noted) values ('call-1', 'x', now(), $1, 'stored', now())`,
		put("call.recording"))
	s.plant(`insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated, recording, papers, signature)
		values ('371426104', gen_random_uuid(), '1', 'app', 'a', 1, now(), now(), now(), $1, jsonb_build_array(jsonb_build_object('kind', 'id_front', 'digest', $2::text)),
			jsonb_build_object('strokes', $3::text))`, put("casefile.recording"), put("casefile.papers"), put("casefile.signature"))
	s.plant(`insert into case_application (region, application, case_id, receipt, channel, at, recording, papers)
		values ('371426104', gen_random_uuid(), 1, '1', 'app', now(), $1, jsonb_build_array(jsonb_build_object('digest', $2::text)))`,
		put("case_application.recording"), put("case_application.papers"))
	s.plant(`insert into visit (case_id, region, first_staff, second_staff, planned, planned_at, recording, photos, signatures)
		values (1, '371426104', 1, 2, now(), now(), $1, array[$2::text], jsonb_build_object('household', $3::text))`,
		put("visit.recording"), put("visit.photos"), put("visit.signatures"))
	s.plant(`insert into case_supplement (id, case_id, region, application, receipt, at, papers)
		values (1, 1, '371426104', gen_random_uuid(), '1', now(), jsonb_build_array(jsonb_build_object('digest', $1::text)))`, put("case_supplement.papers"))
	s.plant(`insert into change_request (region, household, path, becomes, valid_from, origin, reason, evidence, proposer, made)
		values ('371426104', 1, 'houses', '1', current_date, 'officer', 'x', $1, 'staff:1', now())`, put("change_request.evidence"))
	s.plant(`insert into delivery (claim_id, case_id, region, service, what, amount, on_day, place, member, receiver, signature, photos, by_staff, at)
		values (1, 1, '371426104', false, '面粉', '1 袋', current_date, '家里', 'm1', '甲', $1, array[$2::text], 1, now())`, put("delivery.signature"), put("delivery.photos"))
	s.plant(`insert into means_authorisation (case_id, region, member, name, agreed, version, digest, how, signature, recording, at, expires, taken_by)
		values (1, '371426104', 'm1', '甲', true, 'adult-1', 'x', 'window', $1, $2, now(), (now() at time zone interval '8 hours')::date, 1)`,
		put("means_authorisation.signature"), put("means_authorisation.recording"))
	s.plant(`insert into visit_capture (key, visit, case_id, region, staff, seen, synced, digest, outcome, record, signatures)
		values ('0192c3f0-0000-7000-8000-000000000001', 1, 1, '371426104', 1, now(), now(), sha256('x'), 'second', 'x', jsonb_build_object('household', $1::text))`, put("visit_capture.signatures"))
	s.plant(`insert into visit_photo (capture, n, region, blob, original, taken) values ('0192c3f0-0000-7000-8000-000000000001', 1, '371426104', $1, sha256('x'), now())`, put("visit_photo.blob"))
	s.put("paper", "nobody's")
	if n := s.sweep(); n != 1 {
		t.Errorf("swept %d, want 1", n)
	}
	for column, d := range digests {
		if has, err := s.house.blobs.Has(d); !has || err != nil {
			t.Errorf("a named file is gone: %s, %v", column, err)
		}
	}
	const alike = `select relname || '.' || attname from pg_attribute a join pg_class c on c.oid = attrelid
		where relnamespace = 'public'::regnamespace and relkind = 'r' and attname in ('recording', 'papers', 'photos', 'signature', 'signatures', 'strokes')
		and atttypid <> 'bytea'::regtype` // a file is named by the hex of its digest; bytes are the thing itself
	rows, err := s.env.DB(pgtest.Platform).Pool().Query(t.Context(), alike)
	must(t, err)
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	for _, column := range columns {
		if digests[column] == "" {
			t.Errorf("%s may name a file and is not asked", column)
		}
	}
}
