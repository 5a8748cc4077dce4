package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/cmd/internal/rig"
	"lianou/core/staff"
)

// city is the one running city of this package's tests.
var city *rig.Rig

// dataDir is where the city keeps its data, with the addresses of its databases.
var dataDir string

func TestMain(m *testing.M) { os.Exit(within(m)) }

// within starts the city around the tests and takes it down whatever happens.
func within(m *testing.M) int {
	dir, err := os.MkdirTemp("", "lianou-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // the database's user passes through
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	bin := os.Getenv("LIANOU_BIN") // programs that were built already
	if bin == "" {
		bin = filepath.Join(dir, "bin")
		build := exec.Command("go", "build", "-o", bin+"/", "lianou/cmd/lianou", "lianou/cmd/gateway", "lianou/cmd/platform")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "e2e: build the programs: %v\n%s", err, out)
			return 1
		}
	}
	dataDir = filepath.Join(dir, "var")
	city, err = rig.Start(context.Background(), rig.Config{Bin: bin, Dir: dataDir, People: 40, Captions: true, Settings: []string{"LIANOU_QUALITY_SHARE=100"}, Out: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer city.Stop()
	code := m.Run()
	if code != 0 {
		complaints()
	}
	return code
}

// complaints prints what the programs logged above the usual, for a failed run. The
// walks are refused thousands of times, so refusals would bury what failed.
func complaints() {
	for _, program := range []string{"platform", "gateway"} {
		log, err := os.ReadFile(filepath.Join(dataDir, "log", program+".log"))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(log)) {
			if !strings.Contains(line, `"level":"INFO"`) {
				fmt.Fprint(os.Stderr, line)
			}
		}
	}
}

// person is one member of staff at a browser window of their own.
type person struct {
	*browsertest.Tab
	t *testing.T
}

// at logs somebody in at the desk.
func at(t *testing.T, b *browsertest.Browser, login string) person {
	t.Helper()
	p := person{b.Tab(t), t}
	p.Open(city.Platform + "/desk/login")
	p.Fill("input[name=login]", login)
	p.Fill("input[name=password]", staff.DemoPassword)
	p.Go(".login .btn.go")
	return p
}

// desk opens a page of the desk.
func (p person) desk(path string) { p.t.Helper(); p.Open(city.Platform + "/desk" + path) }

// unmarkedSums lists the amounts on a page that do not say they are samples: a sum of
// money stands in a row, a card or a section that bears the word. What a household
// earns or spends (facts, the read-back) is no benefit. The Book of the tests has
// sample figures only. Control: a template without one of its chips.
const unmarkedSums = `(() => [...document.querySelectorAll("#main .num, #main .benefit")]
	.filter(e => !e.closest("dl.facts, .aloud, .ask, form#request") && /\d 元/.test(e.innerText) && !/^0 元/.test(e.innerText.trim()))
	.filter(e => ![e.closest("tr, li, p, .task"), e.closest(".idx"), e.closest("section")?.querySelector(".hd .chip")].some(x => x?.innerText.includes("样本")))
	.map(e => e.innerText).join("; "))()`

// judge holds the page to the bar of every page: no serious fault of accessibility
// and nothing lost at a desk, on a phone and with letters twice as large; no
// complaint of the browser. A picture of each is kept when LIANOU_SHOTS is set.
func (p person) judge(name string) {
	p.t.Helper()
	p.Desk()
	p.Accessible()
	p.Shot(name)
	if sums := p.Eval(unmarkedSums); sums != "" {
		p.t.Errorf("%s shows sums and does not say that they are samples: %s", name, sums)
	}
	p.Large(true)
	p.Whole()
	p.Shot(name + "-large")
	p.Large(false)
	p.Phone()
	p.Accessible()
	p.Shot(name + "-phone")
	p.Desk()
	p.Quiet()
}

// ring plays a call at the exchange in front of the hotline.
func ring(t *testing.T, from string) {
	t.Helper()
	if err := play(from); err != nil {
		t.Fatal(err)
	}
}

func play(from string) error {
	body := strings.NewReader(`{"from":"` + from + `","seconds":4}`)
	resp, err := http.Post(city.Standin+"/exchange/calls", "application/json", body)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("the exchange answered %d", resp.StatusCode)
	}
	return nil
}
