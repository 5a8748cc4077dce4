package boot

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"

	"lianou/core"
)

const mark = "LIANOU_"

// testOnly are variables that tests read and programs ignore.
const testOnly = "LIANOU_TEST_"

// Load reads the configuration from lines of "NAME=value" (os.Environ). The error
// names every variable that is unknown or does not parse, without its value.
func Load(environ []string) (*Config, error) {
	known := Settings(&Config{})
	set := map[string]string{}
	var faults []string
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, mark) || strings.HasPrefix(name, testOnly) {
			continue
		}
		if !slices.ContainsFunc(known, func(s Setting) bool { return s.Name == name }) {
			faults = append(faults, name+" is not a setting of Lianou; `lianou config` lists them")
			continue
		}
		// One at a time: the parser's own error names fields of ours and quotes values.
		if err := env.ParseWithOptions(&Config{}, env.Options{Environment: map[string]string{name: value}}); err != nil {
			faults = append(faults, name+" has a value that does not parse")
			continue
		}
		set[name] = value
	}
	cfg := &Config{}
	if len(faults) == 0 {
		if err := env.ParseWithOptions(cfg, env.Options{Environment: set}); err != nil {
			return nil, core.E(core.KindInternal, "config_defaults", "").Wrap(err)
		}
		faults = cfg.check()
	}
	if len(faults) > 0 {
		return nil, core.E(core.KindInvalid, "config", "").Wrap(fmt.Errorf("%s", strings.Join(faults, "; ")))
	}
	return cfg, nil
}

// check finds values that parse and cannot work.
func (c *Config) check() []string {
	var faults []string
	for _, a := range []struct{ name, value string }{{"LIANOU_GATEWAY_ADDR", c.GatewayAddr}, {"LIANOU_PLATFORM_ADDR", c.PlatformAddr},
		{"LIANOU_STANDIN_ADDR", c.StandinAddr}, {"LIANOU_SIP_ADDR", c.SIP.Addr}} {
		if a.value == "off" && a.name == "LIANOU_SIP_ADDR" {
			continue
		}
		if _, _, err := net.SplitHostPort(a.value); err != nil {
			faults = append(faults, a.name+" is not host:port")
		}
	}
	for _, a := range []struct{ name, value string }{{"LIANOU_PUBLIC_URL", c.PublicURL}, {"LIANOU_DESK_URL", c.DeskURL}, {"LIANOU_WECHAT_API_BASE", c.WeChat.APIBase},
		{"LIANOU_SMS_API_BASE", c.SMS.APIBase}, {"LIANOU_IDENTITY_API_BASE", c.Identity.APIBase}} {
		if u, err := url.Parse(a.value); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			faults = append(faults, a.name+" is not an http address")
		}
	}
	if c.SIP.FirstPort >= c.SIP.LastPort || c.SIP.MostCalls <= 0 {
		faults = append(faults, "LIANOU_RTP_FIRST_PORT must be below LIANOU_RTP_LAST_PORT, and LIANOU_SIP_MOST_CALLS above zero")
	}
	if w := c.WeChat; (w.PushToken != "" || w.PushKey != "") && (len(w.PushKey) != 43 || w.PushToken == "") {
		faults = append(faults, "LIANOU_WECHAT_PUSH_TOKEN and LIANOU_WECHAT_PUSH_KEY go together, and the key has 43 characters")
	}
	faults = append(faults, c.OCR.check()...)
	faults = append(faults, c.Speech.check()...)
	faults = append(faults, checkBank(c)...)
	faults = append(faults, c.Voice.check(c.SIP)...)
	if c.Quality < 0 || c.Quality > 100 {
		faults = append(faults, "LIANOU_QUALITY_SHARE must be 0 to 100")
	}
	if c.ScanHour < -1 || c.ScanHour > 23 {
		faults = append(faults, "LIANOU_SCAN_HOUR must be 0 to 23, or -1 for no scan by itself")
	}
	if c.SecondFactor != secondAuto && c.SecondFactor != secondOn && c.SecondFactor != secondOff {
		faults = append(faults, "LIANOU_SECOND_FACTOR is neither auto nor on nor off")
	}
	if c.LogFormat != "json" && c.LogFormat != "text" {
		faults = append(faults, "LIANOU_LOG_FORMAT is neither json nor text")
	}
	if c.DataDir == "" {
		faults = append(faults, "LIANOU_DATA_DIR is empty")
	}
	if c.StopTimeout <= 0 || c.DatabasePool <= 0 {
		faults = append(faults, "LIANOU_STOP_TIMEOUT and LIANOU_DATABASE_POOL must be above zero")
	}
	return faults
}

// Setting is one line of `lianou config`.
type Setting struct {
	Name, Help, Default string
	Value               string // as String gives it, so secrets are masked
	Section             string // "" for the common ones
}

// Settings lists every setting with its value in cfg, in the order of the struct.
func Settings(cfg *Config) []Setting { return settings(reflect.ValueOf(cfg).Elem(), "") }

func settings(v reflect.Value, section string) []Setting {
	var list []Setting
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := field.Tag.Get("env")
		if name == "" {
			list = append(list, settings(v.Field(i), field.Name)...)
			continue
		}
		value := fmt.Sprint(v.Field(i).Interface())
		if items, ok := v.Field(i).Interface().([]string); ok {
			value = strings.Join(items, ",")
		}
		list = append(list, Setting{Name: name, Help: field.Tag.Get("help"), Default: field.Tag.Get("envDefault"), Value: value, Section: section})
	}
	return list
}

// Print writes all settings in a form that can be read back, the secrets masked.
func Print(w io.Writer, cfg *Config) error {
	section := ""
	for _, s := range Settings(cfg) {
		if s.Section != section {
			section = s.Section
			if _, err := fmt.Fprintf(w, "\n## %s\n", section); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, "# %s\n%s=%s\n", s.Help, s.Name, s.Value); err != nil {
			return err
		}
	}
	return nil
}

// FromEnvironment is Load of this process's environment.
func FromEnvironment() (*Config, error) { return Load(os.Environ()) }

// Plain gives an error as an operator reads it: the sentence without the code
// that programs tell errors apart by.
func Plain(err error) error {
	var known *core.Error
	if errors.As(err, &known) && known.Err != nil {
		return known.Err
	}
	return err
}
