package calls

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
)

// What came of a call is found, and nothing of another call, in a database that sorts
// as Chinese does, and by the index made for it. Controls: the query without collate:
// another call's application among them; the migration without the index: "no index of
// its own".
func TestFiledUnderAnotherCollation(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	conn, err := pgx.Connect(t.Context(), r.env.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), `alter table application alter column key type text collate "zh-x-icu";
		insert into application (id, channel, key, body_digest, receipt, citizen, region, urgent, at)
		select gen_random_uuid(), channel, key, sha256('x'), receipt, '', '371426104', false, now() + n * interval '1 second'
		from (values (1, 'agent', 'CA1#0192c3f0', '1000000001'), (2, 'agent', 'CA1#a1b2c3d4', '1000000002'), (3, 'agent', 'CA10#0192c3f0', '1000000003'),
			(4, 'agent', 'ca1#0192c3f0', '1000000004'), (5, 'app', 'CA1#0192c3f0', '1000000005'), (6, 'agent', 'CA1', '1000000006')) v (n, channel, key, receipt)`)
	must(t, err)
	got, err := r.platform.Filed(t.Context(), "CA1")
	if want := []core.Receipt{"1000000001", "1000000002"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("filed %v, %v; want %v", got, err, want)
	}
	_, err = conn.Exec(t.Context(), `set enable_seqscan = off`)
	must(t, err)
	rows, err := conn.Query(t.Context(), "explain "+filedSQL, "CA1")
	must(t, err)
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	if text := strings.Join(plan, "\n"); !strings.Contains(text, "application_filed") {
		t.Errorf("no index of its own:\n%s", text)
	}
}
