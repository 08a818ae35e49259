// Package classifier joins tokenizer, encoder, adapter and head into one model, and classifies texts with it.
//
// In: the folder of a training run; or a base model (DistilBERT, or a BERT that is folded into its layout) with a LoRA adapter, which is
// read in PEFT's format or new. Out: predictions, a Model whose Logits graph can be trained, and adapter folders that PEFT loads,
// with the labels beside them.
//
// # Classifying
//
// [Load] opens a trained classifier with its backend, and [Classifier.Classify] predicts texts:
//
//	c, err := classifier.Load(classifier.Source{Run: "runs/first"})
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	predictions, err := c.Classify(ctx, texts)
//	if err != nil {
//		return err
//	}
//	for _, p := range predictions {
//		fmt.Println(p.Label, p.Probability, p.Top(3))
//	}
//
// # Training and more
//
// [Prepare] reads a base and gives it a new adapter and head, for package train. [Open] reads what was trained without a backend.
// A [Predictor] runs either on a backend of the caller's and returns logits, an [Embedder] mean hidden states, and [CountConfig]
// counts parameters before there are any.
//
// A backend is XLA on the CPU or on CUDA, or GoMLX's in pure Go, which needs no library and is slow; see [OpenBackend].
package classifier
