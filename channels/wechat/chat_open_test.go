package wechat

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The openid of who is in the chat lies open in no table, whatever WeChat pushes: it is
// what binds an account to a person, and is sealed where it is kept.
//
// Control: key with From as it came, "talk_message holds the openid".
func TestNoOpenidLiesOpen(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	enter := fmt.Sprintf(`{"ToUserName":"gh","FromUserName":%q,"CreateTime":%d,"MsgType":"event","Event":"user_enter_tempsession","SessionFrom":"x"}`, openid, time.Now().Unix())
	if code := c.push(enter); code != http.StatusOK {
		t.Fatal(code)
	}
	c.answers()
	c.says("我电话13905340001")
	c.says("打给我")
	c.says("人工")
	conn, err := pgx.Connect(t.Context(), c.d.pg.Superuser())
	must(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), `select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')`)
	must(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	found := 0
	for _, table := range tables {
		rows, err := conn.Query(t.Context(), `select t::text from `+table+` t`)
		must(t, err)
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		must(t, err)
		found += len(all)
		if strings.Contains(strings.Join(all, "\n"), openid) {
			t.Errorf("%s holds the openid", table)
		}
	}
	if found == 0 {
		t.Error("no row was read")
	}
}
