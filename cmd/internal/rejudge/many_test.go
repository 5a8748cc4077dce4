package rejudge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/facts/factstest"
	"lianou/core/policy"
)

// manyCases is how many households are judged by default; `make soak-rejudge` judges ten thousand.
const manyCases = 200

func envInt(t *testing.T, name string, fallback int64) int64 {
	t.Helper()
	given := os.Getenv(name)
	if given == "" {
		return fallback
	}
	n, err := strconv.ParseInt(given, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// editions gives one Book of the library after another, whatever the day: a city whose rules
// change while its cases lie there.
type editions struct {
	*policy.Library
	next int
}

func (e *editions) On(core.Date) (*policy.Book, error) {
	books := e.Books()
	return books[e.next%len(books)], nil
}

// P19, PIPL art. 24: whatever a household says or leaves open, by whichever edition of the rules it was
// judged, the same comes out again of what was frozen and of the edition that the judgement names, by
// our program and by a stranger's; and each finding says why, in words that can be read to whom it is
// about, with the law. What is not known is asked and neither refused nor counted.
//
// LIANOU_TEST_REJUDGE_CASES says how many households, LIANOU_TEST_SEED which ones.
//
// Controls, named, not seen red: a matcher of the newest Book for every digest; a reason without its text.
func TestManyJudgementsAreFoundAgain(t *testing.T) {
	t.Parallel()
	n := int(envInt(t, "LIANOU_TEST_REJUDGE_CASES", manyCases))
	seed := envInt(t, "LIANOU_TEST_SEED", 20261130)
	t.Logf("seed %d (LIANOU_TEST_SEED)", seed)
	draw := rand.New(rand.NewPCG(uint64(seed), 19)) //nolint:gosec // trials that can be repeated
	c := newCity(t)
	turn := &editions{Library: c.lib}
	c.flow.Books = turn
	for i := range n {
		turn.next = i
		h := factstest.Quick(draw)
		h.Members[0].Relation = "applicant"
		c.send(core.Receipt(fmt.Sprintf("6%09d", i)), c.person(i), h)
	}
	if r := c.rejudge(); r.Seen != int64(n+2) || r.Broken != 0 || r.Untraced != 0 {
		t.Fatalf("judged again: %+v", r)
	}
	c.readable()
}

// person is the number of somebody born on a day of their own.
func (c *city) person(i int) string {
	first := fmt.Sprintf("371424%s%03d", core.NewDate(1930, 1, 1).AddDate(0, 0, i).Time().Format("20060102"), i%500*2)
	return first + string(core.IDCheckDigit(first))
}

// code is what a programmer would write, and nobody reads out.
var code = regexp.MustCompile(`[a-z]+_[a-z]+|%!|\{\{|<nil>|\bnull\b|\bfalse\b|\btrue\b`)

// readable holds every finding to words.
func (c *city) readable() {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.env.Superuser())
	c.must(err)
	defer conn.Close(context.WithoutCancel(c.t.Context()))
	rows, err := conn.Query(c.t.Context(), `select case_id, item, outcome, reasons, missing, near, benefit ->> 'amount_fen' from finding`)
	c.must(err)
	var id int64
	var item, outcome, near string
	var raw json.RawMessage
	var missing []string
	var amount *string
	seen := map[string]int{}
	_, err = pgx.ForEachRow(rows, []any{&id, &item, &outcome, &raw, &missing, &near, &amount}, func() error {
		seen[outcome]++
		var reasons []casefile.Reason
		if err := json.Unmarshal(raw, &reasons); err != nil {
			return err
		}
		if len(reasons) == 0 || (outcome == "unknown") != (len(missing) > 0) {
			c.t.Errorf("case %d, %s is %s: %d reasons, missing %v", id, item, outcome, len(reasons), missing)
		}
		for _, r := range reasons {
			if !strings.ContainsFunc(r.Text, func(one rune) bool { return unicode.Is(unicode.Han, one) }) || code.MatchString(r.Text+near) {
				c.t.Errorf("case %d, %s: nobody can read %q, near %q", id, item, r.Text, near)
			}
			if outcome == "not_eligible" && r.Outcome == "unknown" {
				c.t.Errorf("case %d, %s: refused for what is not known: %+v", id, item, r)
			}
		}
		return nil
	})
	c.must(err)
	for _, outcome := range []string{"eligible", "not_eligible", "unknown"} {
		if seen[outcome] == 0 {
			c.t.Errorf("nothing is %s: %v", outcome, seen)
		}
	}
	c.t.Logf("findings %v", seen)
}
