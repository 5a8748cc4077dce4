package e2e

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lianou/cmd/internal/rig"
)

// A telephone that is not ours, sipp, calls our own line over both transports: the
// call is on the desk at once, its recording is heard, and a family's case leads to it.
// Control: leave the journal's delivery out of Over.
func TestTelephoneToACase(t *testing.T) {
	agent := listens(t, "0317")
	for i, transport := range []string{"udp", "tcp"} {
		call := fmt.Sprintf("sipp-%s-%d@e2e", transport, time.Now().UnixNano())
		done := make(chan error, 1)
		ring := rig.Ring{Line: city.Telephone, CallID: call, TCP: transport == "tcp", From: "13705340085", Speaks: 6 * time.Second, Dir: t.TempDir()}
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			done <- rig.Call(ctx, ring)
		}()
		agent.hears(call)
		must(t, <-done)
		at := heard(t, agent, url.PathEscape(call))
		const sql = `select count(*) from call where id = $1 and exchange = 'sip' and wish = 'request' and not partial
			and recording_state = 'stored' and ended - answered between interval '5.9 s' and interval '9 s'`
		if n := count(t, sql, call); n != 1 {
			t.Errorf("%s: the record of the call is not as it was", transport)
		}
		caseOf(t, "deping", files(t, agent.desk, formOf(t, agent.desk, at, "/applications"), told(7+i, "371424103")))
		must(t, send(t.Context(), agent.desk, at, "/done", url.Values{"outcome": {"applied"}}))
	}
}

// Another telephone, baresip, presses keys: its owner hears from the voice how far an
// application is, and the call needs nobody. Control: let look answer Found to any pair.
func TestTelephoneTellsHowFarItIs(t *testing.T) {
	agent := listens(t, "0318")
	ring := dials(t, "13705340086", "standard")
	agent.hears(ring)
	form := told(9, "371424106")
	receipt := files(t, agent.desk, formOf(t, agent.desk, heard(t, agent, ring), "/applications"), form)
	caseOf(t, "mengsi", receipt)
	digits := strings.ReplaceAll(receipt, " ", "")
	number := form.Get("applicant.id_number")
	last4 := strings.ReplaceAll(number[len(number)-4:], "X", "*")
	before := count(t, `select count(*) from audit_entry where act = 'status.heard'`)
	must(t, baresip(t, "1"+digits+last4))
	const sql = `select count(*) from audit_entry where act = 'status.heard' and actor_kind = 'caller'`
	for deadline := time.Now().Add(patience); count(t, sql) != before+1; {
		if time.Now().After(deadline) {
			t.Fatal("the voice never told how far it is")
		}
		must(t, breath(t.Context()))
	}
	const served = `select count(*) from call where outcome = 'self_served' and wish = 'status' and agent is null and done is not null`
	for deadline := time.Now().Add(patience); count(t, served) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the call waits for an agent though nobody is needed")
		}
		must(t, breath(t.Context()))
	}
}

// baresip calls, says nothing, presses keys as a person does and hangs up when the
// answer was said. It is the recipe of the README.
func baresip(t *testing.T, keys string) error {
	t.Helper()
	silence := filepath.Join(t.TempDir(), "silence.wav")
	if err := os.WriteFile(silence, wavOf(make([]byte, 2*wavRate*60)), 0o600); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "../../../docs/ring.sh", silence, keys, "4")
	cmd.Env = append(os.Environ(), "LIANOU_RING=sip:12345@"+city.Telephone, "LIANOU_RING_FROM=13705340086")
	if out, err := cmd.CombinedOutput(); err != nil && ctx.Err() != nil {
		return fmt.Errorf("baresip: %w\n%s", err, out)
	}
	return nil
}
