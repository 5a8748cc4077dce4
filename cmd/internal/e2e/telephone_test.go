package e2e

import (
	"context"
	"fmt"
	"io"
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
// answer was said.
func baresip(t *testing.T, keys string) error {
	t.Helper()
	dir := t.TempDir()
	module, err := moduleDir()
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"config": "sip_listen 127.0.0.1:0\naudio_player aufile," + dir + "/out.wav\naudio_source aufile," + dir + "/in.wav\naudio_alert aufile," + dir + "/alert.wav\n" +
			"module_path " + module + "\nmodule stdio.so\nmodule g711.so\nmodule aufile.so\nmodule_tmp uuid.so\nmodule_tmp account.so\nmodule_app menu.so\n",
		"accounts": "<sip:13705340086@127.0.0.1>;regint=0;audio_codecs=PCMA/8000/1\n", "contacts": "", "in.wav": string(wavOf(make([]byte, 2*wavRate*60))), // nothing is said
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "baresip", "-f", dir, "-e", "/dial sip:12345@"+city.Telephone)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return err
	}
	press := time.NewTicker(400 * time.Millisecond) // a finger, not a machine
	defer press.Stop()
	for range 10 { // until it is answered
		<-press.C
	}
	for _, k := range keys {
		if _, err := io.WriteString(in, string(k)); err != nil {
			return err
		}
		<-press.C
	}
	for range 10 {
		<-press.C
	}
	if _, err := io.WriteString(in, "q"); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil && ctx.Err() != nil {
		return fmt.Errorf("baresip: %w\n%s", err, out.String())
	}
	return nil
}

// moduleDir finds baresip's modules, which are where its packager put them.
func moduleDir() (string, error) {
	for _, pattern := range []string{"/usr/lib/baresip/modules", "/usr/lib/*/baresip/modules", "/usr/local/lib/baresip/modules", "/opt/homebrew/lib/baresip/modules"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[0], nil
		}
	}
	return "", fmt.Errorf("baresip's modules are not found; install baresip")
}
