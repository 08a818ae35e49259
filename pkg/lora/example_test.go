package lora_test

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/lora"
)

// A configuration selects linear layers by the ends of their module names; the adapter has two low-rank matrices for each.
func Example() {
	var sites []lora.Site // the attention layers of DistilBERT-base
	for layer := range 6 {
		for _, module := range []string{"q_lin", "k_lin", "v_lin", "out_lin"} {
			sites = append(sites, lora.Site{Module: fmt.Sprintf("distilbert.transformer.layer.%d.attention.%s", layer, module), Out: 768, In: 768})
		}
	}
	config := lora.Config{Rank: 16, Alpha: 32, TargetModules: []string{"q_lin", "v_lin"}}
	adapter, err := lora.New(config, sites, nil, 42)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d of %d layers, scale %g\n", len(adapter.Sites), len(sites), config.Scale())
	module := adapter.Sites[0].Module
	fmt.Println(module)
	fmt.Println("A", adapter.Matrices[lora.AName(module)].Shape, "B", adapter.Matrices[lora.BName(module)].Shape)
	parameters, _ := adapter.Parameters() // 12 layers x 16 x (768 + 768)
	fmt.Println(parameters, "parameters")
	// Output:
	// 12 of 24 layers, scale 2
	// distilbert.transformer.layer.0.attention.q_lin
	// A [16 768] B [768 16]
	// 294912 parameters
}
