// Package redraw draws a round of re-checks once more, and one of sampled calls, from the log and the
// frozen list, by code that shares nothing with core/recheck and core/sampled: who doubts a draw reads
// these files and believes nobody.
//
// It says what does not agree and mends nothing. It trusts the signature on the log's checkpoints;
// `lianou audit verify` recomputes those.
package redraw

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"

	"lianou/core/audit"
	"lianou/core/pg"
)

// Report is what drawing again came to.
type Report struct {
	Round  int64
	State  string   // how far the round is
	Cases  int      // on the list
	Drawn  int      // cases
	Faults []string // what does not agree; none: the draw is what it says
	Waits  []string // acts that have no place in the log yet, some seconds long: nothing was compared
}

func (r *Report) fault(format string, args ...any) {
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

// round is a round as its tables have it, hashes in hexadecimal.
type round struct {
	id                                       int64
	county, since, until, state              string
	percent, after, cases, visits            int
	seedHash, headRoot, digest, salt, kinned string
	seed                                     string
	headSize                                 int64
	list, kin, drawn                         []int64
	places                                   []int // of the list, as they are numbered
}

// Check draws a round again. db is of lianou_audit, key is the log's. Errors: KindNotFound for a round
// that is not there; what does not agree is no error but a fault of the report.
func Check(ctx context.Context, db *pg.DB, key note.Verifier, id int64) (Report, error) {
	rep := Report{Round: id}
	var r round
	var steps map[string]step
	var heads headers
	err := db.Read(ctx, pg.City("lianou draw verify"), func(ctx context.Context, tx *pg.Tx) (err error) {
		if r, err = read(ctx, tx, id); err != nil {
			return err
		}
		if steps, err = stepsOf(ctx, tx, id, &rep); err != nil {
			return err
		}
		heads, err = headersOf(ctx, tx)
		return err
	})
	if err != nil {
		return rep, err
	}
	rep.State, rep.Cases, rep.Drawn = r.state, len(r.list), len(r.drawn)
	if err := rep.proved(ctx, db, key, steps); err != nil || len(rep.Waits) > 0 {
		return rep, err
	}
	rep.committed(r, steps["recheck.committed"])
	if r.state != "committed" {
		rep.listed(r, steps, heads, key)
	}
	if r.state == "drawn" {
		rep.drawn(r, steps)
	}
	return rep, nil
}

// proved finds each step under a signed checkpoint and writes down its leaf. An entry gets its place
// some seconds after the act: until then there is nothing to say of the draw, good or bad.
func (rep *Report) proved(ctx context.Context, db *pg.DB, key note.Verifier, steps map[string]step) error {
	for act, s := range steps {
		p, err := audit.Prove(ctx, db, s.entry)
		switch {
		case errors.Is(err, audit.ErrNotYet) && s.late:
			rep.fault("%s has no place in the log, %s after it was written", act, placedWithin)
			continue
		case errors.Is(err, audit.ErrNotYet):
			rep.Waits = append(rep.Waits, act)
			continue
		case err != nil:
			return err
		case p.Check(key) != nil || !strings.Contains(string(p.Record), s.subject):
			rep.fault("%s is not under a signed checkpoint", act)
		}
		s.leaf = p.Leaf
		steps[act] = s
	}
	slices.Sort(rep.Waits)
	return nil
}

// committed compares the round with what was committed to.
func (rep *Report) committed(r round, s step) {
	want := fmt.Sprintf("recheck:%d/%s/%s/%s/%d/%d/%s", r.id, r.county, r.since, r.until, r.percent, r.after, r.seedHash)
	if s.subject != want {
		rep.fault("the log commits to %q and the round says %q", s.subject, want)
	}
}

// listed compares the list with the log, and when its head was taken.
func (rep *Report) listed(r round, steps map[string]step, heads headers, key note.Verifier) {
	commit, list := steps["recheck.committed"], steps["recheck.listed"]
	lines := fmt.Sprintf("lianou recheck list 1\n%d %s %s %s %d\n", r.id, r.county, r.since, r.until, r.percent)
	for i, c := range r.list {
		lines += fmt.Sprintf("%d %d\n", r.places[i], c)
		if r.places[i] != i+1 || i > 0 && r.list[i-1] >= c {
			rep.fault("the list is not in the order of the cases' numbers at place %d", i+1)
		}
	}
	if got := sum(lines); got != r.digest || len(r.list) != r.cases {
		rep.fault("the list of %d cases has the digest %.16s, frozen were %d under %.16s", len(r.list), got, r.cases, r.digest)
	}
	register := []byte("lianou recheck kin 1\n" + unhex(r.salt))
	for _, c := range r.kin {
		register = append(register, long(c)...)
	}
	if sum(string(register)) != r.kinned {
		rep.fault("the register of relatives is not the one that was frozen")
	}
	want := fmt.Sprintf("recheck:%d/listed/%d/%s/%d/%s/%s", r.id, r.headSize, r.headRoot, len(r.list), sum(lines), sum(string(register)))
	if list.subject != want {
		rep.fault("the log has another list: %q, want %q", list.subject, want)
	}
	c, err := audit.ParseCheckpoint(heads[r.headSize], key)
	switch {
	case err != nil || hex.EncodeToString(c.Root[:]) != r.headRoot:
		rep.fault("the head of %d entries that was mixed in is not signed", r.headSize)
	case heads.first(commit.leaf+int64(r.after)) != r.headSize:
		rep.fault("the head of %d entries is not the first after the commitment, which is of %d", r.headSize, heads.first(commit.leaf+int64(r.after)))
	case list.leaf < r.headSize:
		rep.fault("the list came into the log as entry %d, before the head of %d", list.leaf, r.headSize)
	}
}

// drawn draws again.
func (rep *Report) drawn(r round, steps map[string]step) {
	if sum(unhex(r.seed)) != r.seedHash {
		rep.fault("the seed is not the one that was committed to")
	}
	again := draw(r)
	if !slices.Equal(again, r.drawn) {
		rep.fault("drawn are %d cases %v and the lot says %d cases %v", len(r.drawn), short(r.drawn), len(again), short(again))
	}
	lines := fmt.Sprintf("lianou recheck drawn 1\n%d\n", r.id)
	for _, c := range again {
		lines += strconv.FormatInt(c, 10) + "\n"
	}
	want := fmt.Sprintf("recheck:%d/drawn/%s/%d/%s", r.id, r.seed, len(again), sum(lines))
	if s := steps["recheck.drawn"]; s.subject != want {
		rep.fault("the log has another draw: %q, want %q", s.subject, want)
	}
	if steps["recheck.drawn"].leaf <= steps["recheck.listed"].leaf {
		rep.fault("the seed came into the log before the list")
	}
}

// draw takes the lowest tickets and adds the relatives.
func draw(r round) []int64 {
	key := sha256.Sum256([]byte("lianou recheck 1\n" + unhex(r.seed) + unhex(r.headRoot) + long(r.id)))
	holder := make(map[string]int64, len(r.list))
	var tickets []string
	for _, c := range r.list {
		t := sum(string(key[:]) + long(c))
		holder[t] = c
		tickets = append(tickets, t)
	}
	slices.Sort(tickets)
	in := map[int64]bool{}
	for i := 0; i*100 < len(tickets)*r.percent; i++ {
		in[holder[tickets[i]]] = true
	}
	for _, c := range r.kin {
		in[c] = true
	}
	var out []int64
	for _, c := range r.list {
		if in[c] {
			out = append(out, c)
		}
	}
	return out
}

// long writes a number in eight bytes, the highest first.
func long(n int64) string {
	b := make([]byte, 8)
	for i := range b {
		b[7-i] = byte(n >> (8 * i))
	}
	return string(b)
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func unhex(s string) string {
	b, _ := hex.DecodeString(s) // as the database encoded it
	return string(b)
}

func short(list []int64) []int64 { return list[:min(len(list), 8)] }

// numbers reads one column.
func numbers(ctx context.Context, tx *pg.Tx, sql string, id int64) ([]int64, error) {
	rows, err := tx.Query(ctx, sql, id)
	if err != nil {
		return nil, pg.Fail(err, "read a draw")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return list, pg.Fail(err, "read a draw")
}
