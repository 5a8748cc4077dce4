package layering

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "lianou/"

// ranks is the table of the architecture: a package imports only lower ranks.
// A trailing /* stands for everything below that folder; the longest match wins.
var ranks = map[string]int{
	"core":    0,
	"core/pg": 1, "core/pg/local": 1, "core/seal": 1, "core/bell": 1, "core/wording": 1, "core/policy": 1, "core/tencent": 1, "core/idcard": 1, "core/names": 1, "core/tables": 1, "core/discreet": 1, "transcription": 1,
	"core/audit": 2, "core/blob": 2, "core/facts": 2, "core/jobs": 2, "core/matching": 2, "core/hardship": 2, "transcription/*": 2,
	"core/registry": 3, "core/staff": 3, "core/notify": 3, "core/mandate": 3, "core/rulebook": 3, "intake/interview": 3, "intake/calls": 3, "intake/drafts": 3, "intake/talks": 3, "intake/begun": 3, "intake/papers": 3, "intake/objections": 3,
	"core/realname": 4, "core/casefile": 4, "core/export": 4, "intake": 4, "intake/records": 5,
	"core/registry/*": 4, // what fills the registry: the synthetic city, and files
	"core/citizen":    5, "core/routing": 5, "core/payout": 5, "core/recheck": 5, "core/sampled": 5, "core/simulate": 5,
	"core/insight": 6, "core/exchange": 6, "core/trail": 6,
	"core/watch": 7, "core/workflow": 7, "core/quota": 7,
	"channels": 8, "channels/look": 8, "channels/hotline/media": 7, "channels/hotline/menu": 7, "channels/hotline/notice": 7, "channels/hotline/*": 8, "channels/*": 9, "channels/desk/*": 10,
	"cmd/internal/rig": 1, "cmd/internal/visitor": 1, // outsiders: they use the built programs and import nothing of ours
	"cmd/internal/*": 11, "cmd/*": 12,
}

// testOnly lists packages that only tests import, why they exist, and what they
// may import beyond what their folder's rank allows. No package that ships may
// import them.
var testOnly = map[string]string{
	"core/pg/pgtest":               "throw-away databases: starts core/pg/local, migrates with core/pg",
	"core/facts/factstest":         "draws households for property tests",
	"core/idcard/idcardtest":       "draws cards of invented people",
	"core/depstest":                "holds a constructor to saying what it was not given",
	"core/jobs/jobstest":           "waits for jobs: reads River's tables through core/pg",
	"core/notify/notifytest":       "has notices arrive, as the gateway's role: through core/pg",
	"core/recheck/rechecktest":     "lays decided cases of a county, and lets the log grow",
	"core/sampled/sampledtest":     "lays payments of a county, and lets the log grow",
	"core/trail/trailtest":         "lays cases whose money was paid, with every link of a trail",
	"core/watch/watchtest":         "compares what two scans left behind",
	"channels/channeltest":         "the conformance suite: opens channels with an intake in memory",
	"channels/hotline/hotlinetest": "the called party: sipp, by scenarios",
	"channels/desk/desktest":       "the desk's shell with staff, for the rooms that are channels",
	"channels/wechat/miniprogram":  "the mini-program's tools: node, for its own tests and for stories in a browser",
}

// sameRank lists the imports between equals that are meant: a folder and the
// variants below it, told apart here so that every other one is an accident.
var sameRank = map[[2]string]string{
	{"core/matching", "core/facts"}:                   "the flat vector that both pure evaluators read",
	{"core/hardship", "core/facts"}:                   "the same",
	{"cmd/internal/citybench", "cmd/internal/oracle"}: "a yardstick of a bench",
}

// forbidden are the extra rules: what must not be reachable from a package, by
// any path, and the reason.
var forbidden = []struct{ from, to, why string }{
	{"cmd/gateway", "core/workflow", "the public edge contains nothing that decides"},
	{"cmd/gateway", "core/payout", "the public edge cannot pay anyone"},
	{"cmd/gateway", "core/watch", "early warning reads the whole registry"},
	{"cmd/gateway", "core/simulate", "what a draft would do is known in the back office alone"},
	{"cmd/gateway", "core/exchange", "data of departments stays in the back office"},
	{"cmd/gateway", "core/insight", "figures stay in the back office"},
	{"cmd/gateway", "core/quota", "who gets a scarce place is the back office's"},
	{"cmd/gateway", "core/recheck", "who is looked at again is the back office's"},
	{"cmd/gateway", "core/sampled", "who is asked about money is the back office's"},
	{"cmd/gateway", "core/export", "files of many people leave by the staff's desk alone"},
	{"cmd/gateway", "core/trail", "the way of a payment is the auditor's"},
	{"cmd/gateway", "channels/desk", "the staff's way in is on the platform"},
	{"core/policy", "github.com/jackc/pgx", "rules are pure: no database"},
	{"core/matching", "github.com/jackc/pgx", "judging is pure: no database"},
	{"core/hardship", "github.com/jackc/pgx", "the index is pure: no database"},
	{"cmd/internal/replay", "core", "the second opinion shares nothing with the first"},
	{"cmd/internal/redraw", "core/recheck", "the second draw shares nothing with the first"},
	{"cmd/internal/redraw", "core/sampled", "the same"},
	{"cmd/internal/oracle", "core/facts", "the oracle reads sheets and no packed rows"},
	{"cmd/internal/oracle", "core/matching", "the oracle shares no judging with what it checks"},
	{"cmd/lianou", "cmd/gateway", "the operator's tool runs the programs and contains neither"},
	{"cmd/lianou", "cmd/platform", "the operator's tool runs the programs and contains neither"},
}

type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
	GoFiles    []string
}

func TestImportRanks(t *testing.T) {
	packages := list(t)
	for _, fault := range check(packages) {
		t.Error(fault)
	}
}

// check gives one line for every breach.
func check(packages map[string]pkg) []string {
	var faults []string
	say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for name, p := range packages {
		if !strings.HasPrefix(name, module) {
			continue
		}
		from := strings.TrimPrefix(name, module)
		if _, only := testOnly[from]; only {
			continue // nothing that ships may reach it, which is checked on the other side
		}
		rank, known := rankOf(from)
		if !known {
			say("%s has no rank: give it one here and in the architecture", from)
			continue
		}
		for _, imported := range p.Imports {
			if !strings.HasPrefix(imported, module) {
				continue
			}
			to := strings.TrimPrefix(imported, module)
			if why, only := testOnly[to]; only {
				say("%s imports %s, which is for tests: %s", from, to, why)
				continue
			}
			_, meant := sameRank[[2]string{from, to}]
			if r, ok := rankOf(to); ok && r >= rank && !meant {
				say("%s (rank %d) imports %s (rank %d): only lower ranks", from, rank, to, r)
			}
		}
		for _, rule := range forbidden {
			if from != rule.from {
				continue
			}
			for _, dep := range p.Deps {
				if under(strings.TrimPrefix(dep, module), rule.to) {
					say("%s reaches %s: %s", from, dep, rule.why)
				}
			}
		}
	}
	return faults
}

func under(dep, folder string) bool { return dep == folder || strings.HasPrefix(dep, folder+"/") }

func rankOf(name string) (int, bool) {
	if r, ok := ranks[name]; ok {
		return r, true
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if r, ok := ranks[dir+"/*"]; ok {
			return r, true
		}
	}
	return 0, false
}

func list(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Standard,Imports,Deps,GoFiles", "lianou/...")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	packages := map[string]pkg{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p
	}
	if len(packages) < 10 {
		t.Fatalf("go list gave %d packages: the test would prove nothing", len(packages))
	}
	return packages
}

// The guard is itself tried: each wrong import below, and only it, is named.
func TestGuardSeesWrongImports(t *testing.T) {
	for _, c := range []struct {
		name string
		p    pkg
		want string
	}{
		{"upward", pkg{ImportPath: "lianou/core/pg", Imports: []string{"lianou/core/jobs"}}, "only lower ranks"},
		{"sideways", pkg{ImportPath: "lianou/core/realname", Imports: []string{"lianou/core/casefile"}}, "only lower ranks"},
		{"one channel to another", pkg{ImportPath: "lianou/channels/app", Imports: []string{"lianou/channels/wechat"}}, "only lower ranks"},
		{"no rank", pkg{ImportPath: "lianou/core/util"}, "has no rank"},
		{"a test package ships", pkg{ImportPath: "lianou/intake", Imports: []string{"lianou/core/pg/pgtest"}}, "is for tests"},
		{"the gateway pays", pkg{ImportPath: "lianou/cmd/gateway", Deps: []string{"lianou/core/payout"}}, "cannot pay"},
		{"the gateway has a desk", pkg{ImportPath: "lianou/cmd/gateway", Deps: []string{"lianou/channels/desk/agent"}}, "staff's way in"},
		{"rules with a database", pkg{ImportPath: "lianou/core/matching", Deps: []string{"github.com/jackc/pgx/v5"}}, "pure"},
	} {
		faults := check(map[string]pkg{c.p.ImportPath: c.p})
		if len(faults) != 1 || !strings.Contains(faults[0], c.want) {
			t.Errorf("%s: %q, want one line with %q", c.name, faults, c.want)
		}
	}
	right := pkg{ImportPath: "lianou/intake", Imports: []string{"lianou/core", "lianou/core/jobs"}}
	if faults := check(map[string]pkg{right.ImportPath: right}); len(faults) != 0 {
		t.Errorf("a right import: %q", faults)
	}
}
