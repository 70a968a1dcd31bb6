mkdir -p out && tr a-z A-Z < in.txt > out/up.txt && sha256sum in.txt | cut -c1-8
