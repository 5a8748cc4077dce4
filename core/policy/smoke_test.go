package policy
import "testing"
func TestSmoke(t *testing.T){ l,err:=Embedded(); if err!=nil{t.Fatal(err)}; for _,b:=range l.Books(){t.Log(b.From,b.Until,len(b.Items),b.Digest[:8],len(b.Tests),len(b.Params))} }
