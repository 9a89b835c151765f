"""Makes the weights the program ships: data and phantoms in, a model card and safetensors out."""
