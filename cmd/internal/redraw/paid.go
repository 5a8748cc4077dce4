package redraw

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/note"

	"lianou/core/audit"
	"lianou/core/pg"
)

// paidRound is a round of sampled calls as its tables have it, hashes in hexadecimal.
type paidRound struct {
	id                               int64
	county, day, state               string
	percent, more, after, n, calls   int
	seedHash, headRoot, digest, seed string
	headSize                         int64
	list, weights, drawn             []int64
	places                           []int
}

// CheckPaid draws a round of sampled calls again, as Check does one of re-checks. Errors:
// KindNotFound for a round that is not there.
func CheckPaid(ctx context.Context, db *pg.DB, key note.Verifier, id int64) (Report, error) {
	rep := Report{Round: id}
	var r paidRound
	var steps map[string]step
	var heads headers
	err := db.Read(ctx, pg.City("lianou draw paid"), func(ctx context.Context, tx *pg.Tx) (err error) {
		if r, err = readPaid(ctx, tx, id); err != nil {
			return err
		}
		if steps, err = stepsAs(ctx, tx, "sampled", id, &rep); err != nil {
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
	want := fmt.Sprintf("sampled:%d/%s/%s/%d/%d/%d/%s", r.id, r.county, r.day, r.percent, r.more, r.after, r.seedHash)
	if got := steps["sampled.committed"].subject; got != want {
		rep.fault("the log commits to %q and the round says %q", got, want)
	}
	if r.state != "committed" {
		rep.paidListed(r, steps, heads, key)
	}
	if r.state == "drawn" {
		rep.paidDrawn(r, steps)
	}
	return rep, nil
}

func readPaid(ctx context.Context, tx *pg.Tx, id int64) (paidRound, error) {
	r := paidRound{id: id}
	const sql = `select county, day::text, state, percent, more, after, coalesce(lines, 0), coalesce(calls, 0), encode(seed_hash, 'hex'),
		coalesce(encode(head_root, 'hex'), ''), coalesce(encode(digest, 'hex'), ''), coalesce(encode(seed, 'hex'), ''), coalesce(head_size, 0) from sampled_round where id = $1`
	err := tx.QueryRow(ctx, sql, id).Scan(&r.county, &r.day, &r.state, &r.percent, &r.more, &r.after, &r.n, &r.calls, &r.seedHash, &r.headRoot, &r.digest, &r.seed, &r.headSize)
	if err != nil {
		return r, pg.Fail(err, "read a round of sampled calls")
	}
	if r.list, err = numbers(ctx, tx, `select line from sampled_line where round = $1 order by n`, id); err != nil {
		return r, err
	}
	if r.weights, err = numbers(ctx, tx, `select weight from sampled_line where round = $1 order by n`, id); err != nil {
		return r, err
	}
	places, err := numbers(ctx, tx, `select n from sampled_line where round = $1 order by n`, id)
	if err != nil {
		return r, err
	}
	for _, n := range places {
		r.places = append(r.places, int(n))
	}
	r.drawn, err = numbers(ctx, tx, `select line from sampled_call where round = $1 order by line`, id)
	return r, err
}

// paidListed compares the list with the log, and when its head was taken.
func (rep *Report) paidListed(r paidRound, steps map[string]step, heads headers, key note.Verifier) {
	lines := fmt.Sprintf("lianou sampled list 1\n%d %s %s %d %d\n", r.id, r.county, r.day, r.percent, r.more)
	for i, line := range r.list {
		lines += fmt.Sprintf("%d %d %d\n", r.places[i], line, r.weights[i])
		if r.places[i] != i+1 || i > 0 && r.list[i-1] >= line {
			rep.fault("the list is not in the order of the payments' numbers at place %d", i+1)
		}
	}
	if got := sum(lines); got != r.digest || len(r.list) != r.n {
		rep.fault("the list of %d payments has the digest %.16s, frozen were %d under %.16s", len(r.list), got, r.n, r.digest)
	}
	commit, list := steps["sampled.committed"], steps["sampled.listed"]
	want := fmt.Sprintf("sampled:%d/listed/%d/%s/%d/%s", r.id, r.headSize, r.headRoot, len(r.list), sum(lines))
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

// paidDrawn draws again.
func (rep *Report) paidDrawn(r paidRound, steps map[string]step) {
	if sum(unhex(r.seed)) != r.seedHash {
		rep.fault("the seed is not the one that was committed to")
	}
	again := drawPaid(r)
	if !slices.Equal(again, r.drawn) {
		rep.fault("drawn are %d payments %v and the lot says %d payments %v", len(r.drawn), short(r.drawn), len(again), short(again))
	}
	lines := fmt.Sprintf("lianou sampled drawn 1\n%d\n", r.id)
	for _, line := range again {
		lines += strconv.FormatInt(line, 10) + "\n"
	}
	want := fmt.Sprintf("sampled:%d/drawn/%s/%d/%s", r.id, r.seed, len(again), sum(lines))
	if s := steps["sampled.drawn"]; s.subject != want {
		rep.fault("the log has another draw: %q, want %q", s.subject, want)
	}
	if steps["sampled.drawn"].leaf <= steps["sampled.listed"].leaf {
		rep.fault("the seed came into the log before the list")
	}
}

// drawPaid puts every ticket of every payment into one row and goes down it until enough payments
// have one.
func drawPaid(r paidRound) []int64 {
	key := sha256.Sum256([]byte("lianou sampled 1\n" + unhex(r.seed) + unhex(r.headRoot) + long(r.id)))
	holder := map[string]int64{}
	var tickets []string
	for i, line := range r.list {
		for k := range r.weights[i] {
			t := sum(string(key[:]) + long(line) + long(k)[4:])
			holder[t] = line
			tickets = append(tickets, t)
		}
	}
	slices.Sort(tickets)
	in := map[int64]bool{}
	for _, t := range tickets {
		if len(in)*100 >= len(r.list)*r.percent {
			break
		}
		in[holder[t]] = true
	}
	var out []int64
	for _, line := range r.list {
		if in[line] {
			out = append(out, line)
		}
	}
	return out
}
