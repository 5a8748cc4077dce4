package policy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"lianou/core"
)

// document is one YAML file as written. Any file may hold any section; unknown
// keys are refused.
type document struct {
	Departments []Department   `yaml:"departments"`
	Parameters  []srcParam     `yaml:"parameters"`
	Criteria    []srcCriterion `yaml:"criteria"`
	Groups      []srcGroup     `yaml:"groups"`
	Statuses    []srcStatus    `yaml:"statuses"`
	Items       []srcItem      `yaml:"items"`
	Rules       []srcRule      `yaml:"rules"`
	Calendar    []srcYear      `yaml:"calendar"`
	Packs       []srcPack      `yaml:"packs"`
	Index       *srcIndex      `yaml:"index"`
	Relations   []srcRelation  `yaml:"relations"`
}

type srcParam struct {
	Name  string   `yaml:"name"`
	Unit  Unit     `yaml:"unit"`
	Label string   `yaml:"label"`
	Rows  []srcRow `yaml:"rows"`
}

type srcRow struct {
	Counties []core.RegionCode `yaml:"counties"`
	Area     core.Area         `yaml:"area"`
	Value    decimal           `yaml:"value"`
	From     day               `yaml:"from"`
	Until    day               `yaml:"until"` // first day on which it no longer holds
	Sample   bool              `yaml:"sample"`
	Source   string            `yaml:"source"`
}

type srcCriterion struct {
	Name    string    `yaml:"name"`
	Fact    string    `yaml:"fact"`
	Op      Op        `yaml:"op"`
	Value   decimal   `yaml:"value"`
	Unit    Unit      `yaml:"unit"` // of value or range; must be the fact's
	Range   []decimal `yaml:"range"`
	Words   []string  `yaml:"words"`
	Limit   *srcLimit `yaml:"limit"`
	Pass    string    `yaml:"pass"`
	Fail    string    `yaml:"fail"`
	Unknown string    `yaml:"unknown"`
	Law     string    `yaml:"law"`
}

type srcLimit struct {
	Param string  `yaml:"param"`
	Fact  string  `yaml:"fact"`
	By    string  `yaml:"by"`
	Times decimal `yaml:"times"` // "": once
}

type srcGroup struct {
	Name string  `yaml:"name"`
	When srcNode `yaml:"when"`
}

type srcStatus struct {
	Key        string        `yaml:"key"`
	Name       string        `yaml:"name"`
	GrantedBy  core.ItemCode `yaml:"granted_by"`
	When       *srcNode      `yaml:"when"`
	Recognised string        `yaml:"recognised"`
	Computed   string        `yaml:"computed"`
	Fail       string        `yaml:"fail"`
	Unknown    string        `yaml:"unknown"`
	Law        string        `yaml:"law"`
}

type srcItem struct {
	Code       core.ItemCode `yaml:"code"`
	No         whole         `yaml:"no"`
	Name       string        `yaml:"name"`
	Everyday   string        `yaml:"everyday"`
	English    string        `yaml:"english"`
	Department string        `yaml:"department"`
	Category   Category      `yaml:"category"`
	Law        []string      `yaml:"law"`
	Kind       []string      `yaml:"kind"`
	Benefit    srcBenefit    `yaml:"benefit"`
	Decides    string        `yaml:"decides"`
	Body       string        `yaml:"body"`
	Ceiling    string        `yaml:"ceiling"`
	Limit      srcTime       `yaml:"limit"`
	Notice     srcNotice     `yaml:"notice"`
	Entry      []string      `yaml:"entry"`
	From       day           `yaml:"from"`
	Until      day           `yaml:"until"`
	When       *srcNode      `yaml:"when"`
	Person     *srcNode      `yaml:"person"`
}

type srcBenefit struct {
	Per     string `yaml:"per"`
	Each    bool   `yaml:"each"`
	Formula string `yaml:"formula"`
	Text    string `yaml:"text"`
}

type srcTime struct {
	Days    whole  `yaml:"days"`
	County  whole  `yaml:"county"`
	Special whole  `yaml:"special"`
	Mark    string `yaml:"mark"`
	Text    string `yaml:"text"`
	Law     string `yaml:"law"` // in a pack: the article, where the pack's laws alone are too vague
}

type srcNotice struct {
	Days   whole    `yaml:"days"`
	Law    string   `yaml:"law"` // as above
	Inside bool     `yaml:"inside"`
	Twice  bool     `yaml:"twice"`
	Free   []string `yaml:"free"`
}

type srcRule struct {
	A      core.ItemCode `yaml:"a"`
	B      core.ItemCode `yaml:"b"`
	Kind   RuleKind      `yaml:"kind"`
	Person bool          `yaml:"person"`
	AtMost string        `yaml:"at_most"`
	Part   string        `yaml:"part"`
	Why    string        `yaml:"why"`
	Law    string        `yaml:"law"`
}

type srcYear struct {
	Year whole     `yaml:"year"`
	Off  []srcFest `yaml:"off"`
	Work []day     `yaml:"work"`
}

type srcFest struct {
	Name string `yaml:"name"`
	Days []day  `yaml:"days"`
}

// srcNode is a criterion tree as written: a name, or a map with exactly one of
// the keys below.
type srcNode struct {
	Name       string
	All        []srcNode `yaml:"all"`
	Any        []srcNode `yaml:"any"`
	Not        *srcNode  `yaml:"not"`
	AnyMember  *srcNode  `yaml:"any_member"`
	AllMembers *srcNode  `yaml:"all_members"`
	AtLeast    *srcCount `yaml:"at_least"`
}

type srcCount struct {
	N  whole   `yaml:"n"`
	Of srcNode `yaml:"of"`
}

// UnmarshalYAML reads either form, strictly. It takes the parsed node: going by
// bytes, the library would format the whole file again for every node.
func (n *srcNode) UnmarshalYAML(node ast.Node) error {
	if name, isString := node.(*ast.StringNode); isString {
		n.Name = name.Value
		return nil
	}
	var form struct {
		All        []srcNode `yaml:"all"`
		Any        []srcNode `yaml:"any"`
		Not        *srcNode  `yaml:"not"`
		AnyMember  *srcNode  `yaml:"any_member"`
		AllMembers *srcNode  `yaml:"all_members"`
		AtLeast    *srcCount `yaml:"at_least"`
	}
	if err := yaml.NodeToValue(node, &form, yaml.Strict()); err != nil {
		return err
	}
	n.All, n.Any, n.Not = form.All, form.Any, form.Not
	n.AnyMember, n.AllMembers, n.AtLeast = form.AnyMember, form.AllMembers, form.AtLeast
	return nil
}

// decimal keeps a number as written, so that it is scaled exactly.
type decimal string

// UnmarshalYAML keeps the text of the number.
func (d *decimal) UnmarshalYAML(node ast.Node) error {
	*d = decimal(node.GetToken().Value)
	return nil
}

// scaled turns the number into units of 10^-places, and refuses more decimals.
func (d decimal) scaled(places int) (int64, error) {
	whole, frac, _ := strings.Cut(string(d), ".")
	if whole == "" || len(frac) > places || len(whole) > 12 || strings.Trim(whole+frac, "0123456789") != "" {
		return 0, fmt.Errorf("%q is no number with at most %d decimals", string(d), places)
	}
	return strconv.ParseInt(whole+frac+strings.Repeat("0", places-len(frac)), 10, 64)
}

// whole is a count, such as of days. The library would cut 1.99 down to 1 without a word.
type whole int

// UnmarshalYAML reads the number.
func (w *whole) UnmarshalYAML(node ast.Node) error {
	text := node.GetToken().Value
	v, err := decimal(text).scaled(0)
	if err != nil || v > mostWhole {
		return &fault{node: node, what: fmt.Sprintf("%q is no whole number", text),
			say: "这一栏该填数字," + quoted(text) + "不行。请填一个整数,不带小数点和负号。"}
	}
	*w = whole(v)
	return nil
}

const mostWhole = 1_000_000

// day is a civil day written 2006-01-02; zero when absent.
type day struct{ core.Date }

// UnmarshalYAML reads the day.
func (d *day) UnmarshalYAML(node ast.Node) error {
	text := node.GetToken().Value
	v, err := core.ParseDate(text)
	if err != nil || v < earliest || v >= latest {
		return &fault{node: node, what: fmt.Sprintf("%q is no day such as 2020-07-01, of a year from 1949 to 2099", text),
			say: "日期" + quoted(text) + "写得不对。年份写四位,写成 2024-03-01 这样。"}
	}
	d.Date = v
	return nil
}

// The days that rules may name. A year outside is a slip of the pen, such as 202
// or 20240.
var (
	earliest = core.NewDate(1949, 10, 1)
	latest   = core.NewDate(2100, 1, 1)
)
