package e2e

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Exchanges of other kinds lead to the same desk with their sound: FreeSWITCH by the
// record after the call, jambonz by its states and the sound itself. CTI events have
// none, and their call is on the desk all the same. Control: map no path to an address,
// and the recording of FreeSWITCH never comes.
func TestExchangesOfOtherKinds(t *testing.T) {
	agent := listens(t, "0318")
	for _, style := range []string{"freeswitch", "jambonz"} {
		call := dials(t, "13705340083", style)
		agent.hears(call)
		must(t, send(t.Context(), agent.desk, heard(t, agent, call), "/done", url.Values{"outcome": {"answered"}}))
	}
	call := "cti-" + dials(t, "13705340084", "cti")
	agent.hears(call)
	must(t, send(t.Context(), agent.desk, "/desk/agent/call/"+call, "/done", url.Values{"outcome": {"answered"}}))
	const sql = `select count(*) from call where id = $1 and answered is not null and ended is not null and recording_state = 'none'`
	if n := count(t, sql, call); n != 1 {
		t.Errorf("%d such calls by events, want 1", n)
	}
	resp, err := http.Get(city.Gateway + "/metrics")
	must(t, err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(page), `lianou_call_alerts{kind="missing"}`) {
		t.Errorf("the gateway's metrics say nothing of alerts (%v)", err)
	}
}
