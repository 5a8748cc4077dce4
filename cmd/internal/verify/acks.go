package verify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"lianou/core/pg"

	"github.com/jackc/pgx/v5"
)

// ack is one acknowledgement that a client kept. application is unsaid where the
// door told the client its number only.
type ack struct{ receipt, application, channel, key string }

const unsaid = "-"

// compareAcks compares what a client was promised with what there is: an
// acknowledgement whose application or number is gone is lost; a (channel, key)
// or number acknowledged with two applications is doubled.
func compareAcks(ctx context.Context, db *pg.DB, r io.Reader) []Result {
	lost := Result{Check: Check{Name: "acks.lost", Promise: "nothing acknowledged is lost"}}
	doubled := Result{Check: Check{Name: "acks.doubled", Promise: "nothing acknowledged is doubled"}}
	acks, err := readAcks(r)
	if err == nil {
		doubled.count(acks)
		err = lost.missing(ctx, db, acks)
	}
	return []Result{lost.judged(err), doubled.judged(err)}
}

var errAcks = errors.New("the file of acknowledgements does not read")

// readAcks reads "receipt application channel key" lines, with - for an
// application that was not told; the key is the rest of the line. A line that a kill left half-written at the end is an error, not a
// line fewer: the client writes before it counts.
func readAcks(r io.Reader) ([]ack, error) {
	var list []ack
	s := bufio.NewScanner(r)
	s.Buffer(nil, 64<<10)
	for s.Scan() {
		if s.Text() == "" {
			continue
		}
		f := strings.SplitN(s.Text(), " ", 4)
		if len(f) != 4 || f[0] == "" || f[1] == "" || f[2] == "" || f[3] == "" {
			return nil, fmt.Errorf("%w: line %d", errAcks, len(list)+1)
		}
		list = append(list, ack{f[0], strings.ToLower(f[1]), f[2], f[3]})
	}
	if s.Err() != nil {
		return nil, fmt.Errorf("%w: line %d", errAcks, len(list)+1)
	}
	return list, nil
}

func (r *Result) broke(name string) {
	if r.Bad++; len(r.First) < 5 {
		r.First = append(r.First, name)
	}
}

// count finds keys and numbers that were acknowledged with two applications. The
// same delivery repeated is fine, also when a drained spool gave it a second
// number. Where no application was told, a number acknowledged for two keys is
// found here, and two applications of one key by the check of the table itself.
func (r *Result) count(acks []ack) {
	byKey, byNumber := map[[2]string]string{}, map[string]string{}
	for _, a := range acks {
		r.Seen++
		key := [2]string{a.channel, a.key}
		if a.application == unsaid {
			a.application = unsaid + a.channel + " " + a.key
		}
		if old, ok := byKey[key]; ok && old != a.application {
			r.broke(a.receipt)
			continue
		}
		if old, ok := byNumber[a.receipt]; ok && old != a.application {
			r.broke(a.receipt)
		}
		byKey[key], byNumber[a.receipt] = a.application, a.application
	}
}

// missing finds acknowledgements that the database does not keep: the number must
// name the application, and the application must be the one of (channel, key).
func (r *Result) missing(ctx context.Context, db *pg.DB, acks []ack) error {
	const sql = `select u.receipt from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as u(receipt, application, channel, key)
		where not exists (select from receipt n join application a on a.id = n.application
			where n.number = u.receipt and u.application in ('-', a.id::text) and a.channel = u.channel and a.key = u.key)`
	for len(acks) > 0 {
		part := acks[:min(len(acks), 1000)]
		acks = acks[len(part):]
		var cols [4][]string
		for _, a := range part {
			for i, v := range [4]string{a.receipt, a.application, a.channel, a.key} {
				cols[i] = append(cols[i], v)
			}
		}
		err := db.Read(ctx, pg.City(reason), func(ctx context.Context, tx *pg.Tx) error {
			rows, err := tx.Query(ctx, sql, cols[0], cols[1], cols[2], cols[3])
			if err != nil {
				return err
			}
			gone, err := pgx.CollectRows(rows, pgx.RowTo[string])
			for _, g := range gone {
				r.broke(g)
			}
			return err
		})
		if err != nil {
			return err
		}
		r.Seen += int64(len(part))
	}
	return nil
}
