"""What `hw9 course check` looks at without a model: settings, manifest, pictures, masks, the numbers of experiments."""
