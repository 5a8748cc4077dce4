package wording

import (
	"fmt"
	"reflect"
	"strings"

	"lianou/core"
)

// Facts says every known fact of a household in words, by its path ("income_12m",
// "members/m1/age"). What is not known is left out.
func Facts(h core.Household) map[string]string {
	out := map[string]string{}
	say(out, "", reflect.ValueOf(h), HouseholdFact)
	for _, m := range h.Members {
		at := "members/" + string(m.Ref) + "/"
		say(out, at, reflect.ValueOf(m), MemberFact)
		if m.Disability != nil {
			out[at+"disability"] = Disability(m.Disability)
		}
	}
	if h.Shocks != nil {
		out["shocks"] = shocks(*h.Shocks)
	}
	return out
}

// say walks the fields of one struct by their schema keys, so that a fact added to
// the vocabulary shows without a line here.
func say(out map[string]string, at string, v reflect.Value, named func(string) (Fact, bool)) {
	for i := range v.NumField() {
		key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		f, known := named(key)
		field := v.Field(i)
		if !known || key == "disability" || key == "shocks" {
			continue
		}
		if field.Kind() == reflect.Pointer {
			if field.IsNil() {
				continue
			}
			field = field.Elem()
		}
		if words := value(f, field); words != "" {
			out[at+key] = words
		}
	}
}

func value(f Fact, v reflect.Value) string {
	switch x := v.Interface().(type) {
	case core.Fen:
		if core.UnknownMark(x) {
			return "不知道(记着 " + x.Short() + ",是导出表里代替“不知道”的记号,不算收入,问清了再记)"
		}
		return x.Short() + " " + f.Unit
	case core.Hundredths:
		return core.Fen(x).Short() + " " + f.Unit
	case bool:
		return f.Word(fmt.Sprint(x))
	case int:
		return fmt.Sprintf("%d %s", x, f.Unit)
	}
	switch v.Kind() {
	case reflect.String:
		return f.Word(v.String())
	case reflect.Slice:
		words := make([]string, v.Len())
		for i := range words {
			words[i] = f.Word(v.Index(i).String())
		}
		if len(words) == 0 {
			return "没有"
		}
		return strings.Join(words, "、")
	}
	return ""
}

func shocks(list []core.Shock) string {
	if len(list) == 0 {
		return "没有"
	}
	kind, _ := HouseholdFact("shocks.kind")
	var words []string
	for _, s := range list {
		w := s.Date.Say() + kind.Word(string(s.Kind))
		if s.Loss != nil {
			w += ",损失 " + s.Loss.Short() + " 元"
		}
		words = append(words, w)
	}
	return strings.Join(words, ";")
}
