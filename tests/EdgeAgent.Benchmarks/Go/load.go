// Loads what a Go agent on google/nftables would load for a number of policies, each of which grants some peers on one of
// fifty ports: a set and a rule with a counter for each policy, a chain for each port, a verdict map that leads to the chains.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"strconv"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

const ports = 50

// The library leaves the socket as it is: one datagram must fit into its send buffer, and the answers into its receive buffer.
const policiesAtOnce = 20

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	must(err)
	return value
}

func port(i int) []byte {
	key := make([]byte, 2)
	binary.BigEndian.PutUint16(key, uint16(8000+i))
	return key
}

func peers(policy, each int) []nftables.SetElement {
	elements := make([]nftables.SetElement, each)
	for i := range elements {
		key := make([]byte, 4)
		binary.BigEndian.PutUint32(key, 0x0a000000+uint32(policy*each+i)*2)
		elements[i].Key = key
	}
	return elements
}

func main() {
	policies, each := number(os.Args[1]), number(os.Args[2])
	conn, err := nftables.New()
	must(err)

	table := conn.AddTable(&nftables.Table{Name: "edgeagent-go", Family: nftables.TableFamilyINet})
	chains := make([]*nftables.Chain, ports)
	verdicts := make([]nftables.SetElement, ports)
	for i := range chains {
		name := fmt.Sprintf("port-%d", 8000+i)
		chains[i] = conn.AddChain(&nftables.Chain{Name: name, Table: table})
		verdicts[i] = nftables.SetElement{Key: port(i), VerdictData: &expr.Verdict{Kind: expr.VerdictGoto, Chain: name}}
	}

	must(conn.Flush())
	for i := 0; i < policies; i++ {
		set := &nftables.Set{Name: fmt.Sprintf("policy-%05d", i), Table: table, KeyType: nftables.TypeIPAddr}
		must(conn.AddSet(set, peers(i, each)))
		conn.AddRule(&nftables.Rule{Table: table, Chain: chains[i%ports], Exprs: []expr.Any{
			&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{2}},
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 12, Len: 4},
			&expr.Lookup{SourceRegister: 1, SetName: set.Name, SetID: set.ID},
			&expr.Counter{},
			&expr.Verdict{Kind: expr.VerdictAccept},
		}})
		if i%policiesAtOnce == policiesAtOnce-1 {
			must(conn.Flush())
		}
	}

	services := &nftables.Set{Name: "ports", Table: table, IsMap: true, KeyType: nftables.TypeInetService, DataType: nftables.TypeVerdict}
	must(conn.AddSet(services, verdicts))
	input := conn.AddChain(&nftables.Chain{Name: "input", Table: table, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter})
	conn.AddRule(&nftables.Rule{Table: table, Chain: input, Exprs: []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{6}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
		&expr.Lookup{SourceRegister: 1, SetName: services.Name, SetID: services.ID, IsDestRegSet: true},
	}})
	must(conn.Flush())
}
