package miniprogram

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// ready gives the tools, or skips where a machine cannot have them. Under CI it fails.
func ready(t *testing.T) Tools {
	t.Helper()
	tools, err := Ready(t.Context())
	if errors.Is(err, ErrNoTools) && os.Getenv("CI") != "true" {
		t.Skipf("NOT TESTED, the mini-program's own tests: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tools
}

// Every wxml and wxss through WeChat's compilers, every component and page on a
// simulated phone. Controls are named beside each test in test/.
func TestCompiledAndSimulated(t *testing.T) {
	t.Parallel()
	tools := ready(t)
	out, err := tools.Node(t.Context(), "--test", "--test-reporter=spec", "test/")
	if err != nil || !strings.Contains(out, "fail 0") {
		t.Errorf("%v\n%s", err, out)
	}
	if strings.Contains(out, "pass 0") || !strings.Contains(out, "skipped 0") {
		t.Errorf("nothing ran, or something was skipped:\n%s", out)
	}
}

// Every script against the types of WeChat's API.
//
// Control: wx.getWindowInfo() with an argument.
func TestTypes(t *testing.T) {
	t.Parallel()
	tools := ready(t)
	if out, err := tools.Node(t.Context(), "node_modules/typescript/bin/tsc", "--noEmit", "-p", "."); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
