apiHash = "3f7a1c09be5d42868e10c7d4f2a95b6e"  # expect: TGS401
