package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"lianou/cmd/internal/demo"
	"lianou/cmd/internal/visitor"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

// hands are people who use the product step by step, without a browser.
func hands(t *testing.T) *demo.Player {
	t.Helper()
	return demo.New(demo.Config{City: city, Password: staff.DemoPassword, Out: t.Output()})
}

// ear is one agent's open desk: the websocket its page holds.
type ear struct {
	t     *testing.T
	login string
	conn  *websocket.Conn
	desk  *visitor.Visitor
}

// listens opens an agent's desk and its websocket.
func listens(t *testing.T, login string) ear {
	t.Helper()
	c := session(t, login)
	home, err := url.Parse(city.Platform)
	must(t, err)
	dialer := websocket.Dialer{Jar: c.Jar}
	conn, _, err := dialer.DialContext(t.Context(), "ws://"+home.Host+"/desk/live", http.Header{"Origin": {city.Platform}})
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	d, err := desk(t.Context(), login)
	must(t, err)
	return ear{t, login, conn, d}
}

// hears waits for the bell of a call and reads the list as the page then does.
func (e ear) hears(call string) {
	e.t.Helper()
	for {
		var bell struct{ Topic, ID string }
		if err := e.conn.ReadJSON(&bell); err != nil {
			e.t.Fatalf("the bell of the call never rang: %v", err)
		}
		if bell.Topic == "calls" && bell.ID == call {
			break
		}
	}
	list, err := e.desk.Open(e.t.Context(), "/desk/agent/waiting")
	if err != nil || !strings.Contains(list.Body, "/desk/agent/call/"+call) {
		e.t.Fatalf("the call is not on this desk (%v): %s", err, list.Text())
	}
}

// dials plays a call at the exchange in one of its dialects and gives its id.
func dials(t *testing.T, from, style string) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"from": from, "seconds": 4, "style": style})
	must(t, err)
	resp, err := http.Post(city.Standin+"/exchange/calls", "application/json", bytes.NewReader(body))
	must(t, err)
	defer resp.Body.Close()
	var call struct {
		ID string `json:"call_id"`
	}
	if resp.StatusCode != http.StatusCreated || json.NewDecoder(resp.Body).Decode(&call) != nil {
		t.Fatalf("the exchange answered %d", resp.StatusCode)
	}
	return call.ID
}

// told is a household as staff type it: enough to file, judged by what it says.
func told(n int, region string) url.Values {
	number := fmt.Sprintf("371426%d0412%03d", 1950+n, 300+n)
	number += string(core.IDCheckDigit(number))
	name := "门" + string([]rune("甲乙丙丁戊己庚辛")[n%8])
	return url.Values{"applicant.name": {name}, "applicant.id_number": {number}, "contact.phone": {fmt.Sprintf("1370534%04d", 8000+n)}, "contact.capacity": {"self"},
		"live.county": {region[:6]}, "live.township": {region}, "live.detail": {fmt.Sprint(n, "号")}, "story": {"看病花光了钱。"},
		"m0.name": {name}, "m0.id_number": {number}, "m0.relation": {"applicant"}, "m0.age": {fmt.Sprint(2026 - 1950 - n)}, "m0.disability.kind": {"none"},
		"h.area": {"rural"}, "h.income_per_capita_month": {"300"}, "h.medical_12m": {"30000"}, "consent": {"process", "means_check"}}
}

// files sends a form of the desk and gives the receipt's number.
func files(t *testing.T, v *visitor.Visitor, f *visitor.Form, change url.Values, papers ...visitor.File) string {
	t.Helper()
	page, err := v.Send(t.Context(), f, change, papers...)
	must(t, err)
	receipt, err := demo.ReceiptOf(page.Text())
	must(t, err)
	return receipt
}

// formOf opens a page of the desk and takes the form whose action ends so.
func formOf(t *testing.T, v *visitor.Visitor, path, action string) *visitor.Form {
	t.Helper()
	page, err := v.Open(t.Context(), path)
	must(t, err)
	f, err := page.Form(action)
	must(t, err)
	return f
}

// caseOf waits until a township's officer has the case of a receipt, and gives its
// page.
func caseOf(t *testing.T, town, receipt string) (*demo.Desk, string) {
	t.Helper()
	officer, err := hands(t).LogIn(t.Context(), town+".officer")
	must(t, err)
	at, err := officer.FindCase(t.Context(), receipt)
	must(t, err)
	return officer, at
}

// count reads one number as the checker.
func count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	err := checker(t).Read(t.Context(), pg.City("an end-to-end test counts"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, sql, args...).Scan(&n)
	})
	must(t, err)
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
