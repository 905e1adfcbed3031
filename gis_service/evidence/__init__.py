"""证据包 · the sealed evidence pack: one ZIP per case that a court or an auditor can check years later with Python alone.

It holds the originals (原件), the papers (文书), the maps (地图), the step log (步骤.json), a manifest for machines (清单.json)
and one for people (清单.html), a note on how to check (说明.txt) and the verifier itself (核验.py). Everything is stored
uncompressed, so that nothing can unfold to more than the file is long. Three things bind it: every file's SHA-256 in the
manifest, the chain of the steps (`core.chain`), and the ZIP comment, which is the SHA-256 of every byte before it.

None of this stops somebody who makes the whole pack anew. For that the SHA-256 of the finished file is noted elsewhere: in the
audit chain and on paper.
"""
