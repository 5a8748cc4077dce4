package rejudge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
)

// judgedThen is a judgement as the program made and kept it when its traces were of version 1.
type judgedThen struct {
	Facts    casefile.Facts
	Held     json.RawMessage
	Findings []casefile.Finding
	Trace    string
}

func then(t *testing.T) (*policy.Book, []judgedThen) {
	t.Helper()
	lib, err := policy.Load(os.DirFS(filepath.Join("testdata", "then", "book")))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join("testdata", "then", "judged.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []judgedThen
	if err := json.Unmarshal(b, &list); err != nil || len(list) != 2 {
		t.Fatalf("%d judgements, %v", len(list), err)
	}
	return lib.Books()[0], list
}

// keep lays a judgement into the first case, as a version of its own.
func (c *city) keep(book *policy.Book, j judgedThen, trace []byte) {
	c.t.Helper()
	c.must(c.env.DB(pgtest.Platform).Tx(c.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		facts, err := c.cases.AddFacts(ctx, tx, 1, j.Facts)
		if err != nil {
			return err
		}
		return c.cases.SaveAssessment(ctx, tx, 1, casefile.Assessment{Version: facts.Version, Book: book.Digest, Findings: j.Findings, Held: j.Held, Trace: trace})
	}))
	c.books = append(c.books, book)
}

// TestOldTracesStayTrue: what was judged when what came first was no matter of the bundle is
// found as it was, with its trace and without; and one that names another version than it was
// made by is told.
// Controls: leave As out of workflow.Rejudge; begin there with the newest version where no
// trace was kept.
func TestOldTracesStayTrue(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	book, list := then(t)
	for _, j := range list {
		c.keep(book, j, []byte(j.Trace))
	}
	if r := c.rejudge(); r.Seen != 4 || r.Broken != 0 || r.Untraced != 0 {
		t.Fatalf("kept then: %+v", r)
	}
	conn, err := pgx.Connect(t.Context(), c.env.Superuser())
	c.must(err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	for _, sql := range []string{`delete from case_trace where case_id = 1 and version > 1`,
		`update finding set members = '[]', near = '' where case_id = 1 and version > 1`} { // as before traces were kept
		_, err = conn.Exec(t.Context(), sql)
		c.must(err)
	}
	if r := c.rejudge(); r.Seen != 4 || r.Broken != 0 || r.Untraced != 2 {
		t.Fatalf("kept without a trace: %+v", r)
	}
	for _, j := range list {
		c.keep(book, j, bytes.Replace([]byte(j.Trace), []byte(`{"trace":1,`), []byte(`{"trace":2,`), 1))
	}
	r := c.rejudge()
	if r.Broken != 2 || !strings.Contains(r.Bad[0], "[GA-01] come out otherwise") || !strings.Contains(r.Bad[1], "[FG-01] come out otherwise") {
		t.Errorf("under another version: %+v", r)
	}
}
