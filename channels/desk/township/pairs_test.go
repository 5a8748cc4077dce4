package township_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core/pg"
)

// The queue counts the pairs of rows that wait for a second person: apart those that whoever
// reads may settle, and those where they are the first.
//
// Control: asks-line without asks-pairs ("wangmiao.officer does not read …").
func TestTheQueueCountsPairsThatWait(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Flow: flow, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	must(t, d.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for pair, waits := range map[int]string{901: "second", 902: "apart", 903: "beyond"} {
			state, settled := "open", "null"
			if waits == "apart" {
				state, settled = "same", "now()"
			}
			first := d.ID(t, "wangmiao.officer")
			if waits == "apart" {
				first = d.ID(t, "wangmiao.approver")
			}
			sql := fmt.Sprintf(`insert into person_pair (pair, region, person, other, other_region, total, found, state, settled, waits, sayers) values (%d, '371426104', %d, %d, '371426104', 90, now(), '%s', %s, '%s', '{%d}')`,
				pair, pair*10, pair*10+1, state, settled, waits, first)
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	}))
	cookies := d.Sessions(t, room, "wangmiao.officer", "wangmiao.approver", "pingyuan.county")
	for login, want := range map[string]string{"wangmiao.officer": "您能定的 1 对,您先说的、等同事的 1 对", "wangmiao.approver": "您能定的 1 对,您先说的、等同事的 1 对", "pingyuan.county": "您能定的 2 对。"} {
		r := httptest.NewRequest(http.MethodGet, "/desk/township", nil)
		r.AddCookie(cookies[login])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		body := strings.NewReplacer(`<b class="num">`, "", "</b>", "").Replace(w.Body.String())
		if w.Code != http.StatusOK || !strings.Contains(body, "重复登记等第二个人:"+want) || !strings.Contains(body, `href="/desk/twins"`) {
			t.Errorf("%s does not read %s: %d", login, want, w.Code)
		}
	}
}
